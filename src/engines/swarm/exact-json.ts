/** A whole number that JavaScript cannot hold, as it was written; it is sent like that again. */
export interface RawNumber {
  readonly rawJSON: string;
}

/**
 * Parses JSON so that whole numbers are written back as they were read: a service must be sent back whole, and Docker has
 * 64 bits for a number, JavaScript 53.
 */
export function parseExact(content: string): unknown {
  if (!MAY_BE_TOO_LARGE.test(content)) return JSON.parse(content);
  return exactJson.parse(content, (_key, value, { source = "" }) => {
    const isExact = typeof value !== "number" || !/^-?\d+$/.test(source) || String(value) === source;
    return isExact ? value : exactJson.rawJSON(source);
  });
}

/** Returns the nearest number that JavaScript has. */
export function nearestNumber(value: number | RawNumber): number {
  return typeof value === "number" ? value : Number(value.rawJSON);
}

/** The reviver is called for every value, so that it is spared where there is no such number: all with 15 digits are exact. */
const MAY_BE_TOO_LARGE = /\d{16}/;

/** Not in the types of TypeScript yet; every supported Node has it. */
const exactJson = JSON as unknown as {
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
  readonly rawJSON: (text: string) => RawNumber;
};
