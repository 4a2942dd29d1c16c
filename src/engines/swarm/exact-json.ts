/** The text of an integer that JavaScript cannot represent; it is sent back unchanged. */
export interface RawNumber {
  readonly rawJSON: string;
}

/**
 * Parses JSON without loss of integers: a service must be sent back completely, and Docker's integers have 64 bits,
 * JavaScript's 53.
 */
export function parseExact(content: string): unknown {
  if (!MAY_BE_TOO_LARGE.test(content)) return JSON.parse(content);
  return exactJson.parse(content, (_key, value, { source = "" }) => {
    const isExact = typeof value !== "number" || !/^-?\d+$/.test(source) || String(value) === source;
    return isExact ? value : exactJson.rawJSON(source);
  });
}

/** Returns the nearest JavaScript number. */
export function nearestNumber(value: number | RawNumber): number {
  return typeof value === "number" ? value : Number(value.rawJSON);
}

/** Without such an integer (15 digits are always exact) the reviver, which is called for every value, is not needed. */
const MAY_BE_TOO_LARGE = /\d{16}/;

/** Missing in TypeScript's types; every supported Node has it. */
const exactJson = JSON as unknown as {
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
  readonly rawJSON: (text: string) => RawNumber;
};
