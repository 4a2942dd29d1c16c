import { z } from "zod";
import { parseCidr } from "./cidr.ts";
import { parseCron, parseTimezone } from "./cron-expression.ts";
import { parseDuration } from "../../core/duration.ts";
import { parseHost } from "./host-name.ts";
import { hostItems, parseHostPort, portConflicts } from "./host-port.ts";
import { hint } from "./nearest.ts";
import { read, unreadable, type Reading } from "./reading.ts";
import { parseSize, SIZE_PATTERN } from "./sizes.ts";

/** The values that a key accepts: their kind for the reference, and their JSON Schema. */
export interface ValueKind {
  readonly kind: string;
  readonly [keyword: string]: unknown;
}

/**
 * Creates the schema of a single value. YAML, labels and variables all provide texts, so quoted and unquoted values are
 * the same.
 */
export function scalar<T>(kind: ValueKind, parse: (text: string) => Reading<T>): z.ZodType<T> {
  const type = z.unknown().transform((raw, context) => {
    const reading = readScalar(raw, kind.kind, parse);
    if (reading.ok) return reading.value;
    context.issues.push({ code: "custom", message: reading.fault, input: raw });
    return z.NEVER;
  });
  return type.meta(kind);
}

/** The pattern of durations for editors: numbers with units, or 0. */
const DURATION_PATTERN = "^(0+|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h))+)$";

/** Creates the schema of several values: a list in the file, comma-separated in labels. */
export function list<T>(item: z.ZodType<T>): z.ZodType<T[]> {
  const split = (raw: unknown) => (typeof raw === "string" ? splitCommas(raw) : raw);
  return z.preprocess(split, z.array(item)).meta({ commaSeparated: true });
}

export const text = () => scalar({ kind: "text", type: ["string", "number", "boolean"] }, read);

/**
 * Creates the schema of a text with a certain form; `expected` completes "expected …". An empty text is accepted and
 * switches the key off.
 */
export const textLike = (form: RegExp, expected: string) =>
  scalar({ kind: withoutArticle(expected), type: ["string", "number"] }, (value) =>
    value === "" || form.test(value) ? read(value) : unreadable(`expected ${expected}, got ${quote(value)}`),
  );

/** Creates the schema of a cookie's name (RFC 6265: a token); empty: none. */
export const cookieName = () => textLike(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "a cookie name");

/** Creates the schema of an address without a port, at which published ports are reached; empty: a default. */
export const reachableAddress = () =>
  textLike(/^(?:[\w.-]+|\[?(?=.*:.*:)[\da-f:.]+(?:%\w+)?\]?)$/i, "a host name or an IP address");

/** Creates the same as `textLike`, but not empty. */
export const name = (form: RegExp, expected: string) =>
  scalar({ kind: withoutArticle(expected), type: ["string", "number"], minLength: 1 }, (value) =>
    form.test(value) ? read(value) : unreadable(`expected ${expected}, got ${quote(value)}`),
  );

/** An http or https address; a fault does not repeat it, since the address of a webhook often contains its secret. */
export const webAddress = () =>
  scalar({ kind: "http or https address", type: "string", minLength: 1 }, (value) =>
    /^https?:\/\/\S+$/i.test(value) ? read(value) : unreadable("expected an http or https address"),
  );

export const duration = () =>
  scalar(
    { kind: "duration", type: ["string", "integer"], pattern: DURATION_PATTERN, minimum: 0, maximum: 0 },
    parseDuration,
  );

/** Creates the schema of a size: 0, which switches the key off, or at least `min` bytes. */
export const size = (min: number) =>
  scalar({ kind: "size", type: ["string", "integer"], pattern: SIZE_PATTERN }, (value) => parseSize(value, min));

export const host = () => scalar({ kind: "host", type: "string" }, parseHost);

/**
 * Creates the schema of hosts, each optionally with a port inside the container: a list, one text, or a map to ports.
 */
export function hosts(): z.ZodType<string[]> {
  const toList = (raw: unknown) => {
    if (typeof raw === "string") return splitCommas(raw);
    return typeof raw === "object" && raw !== null && !Array.isArray(raw) ? hostItems(raw) : raw;
  };
  const items = z
    .array(scalar({ kind: "host or host=port", type: "string" }, parseHostPort))
    .check(({ value, issues }) => {
      for (const { at, message } of portConflicts(value))
        issues.push({ code: "custom", message, path: [at], input: value });
    });
  return z.preprocess(toList, items).meta({ commaSeparated: true, mapTo: { type: ["integer", "string"] } });
}

/** Creates the schema of a host that is not a wildcard. */
export const simpleHost = () =>
  scalar({ kind: "host", type: "string" }, (value) =>
    value.trim().startsWith("*")
      ? unreadable(`${quote(value)} is a wildcard; expected one real host`)
      : parseHost(value),
  );

export const cidr = () => scalar({ kind: "address or network", type: "string" }, parseCidr);

export const cron = () => scalar({ kind: "cron expression", type: "string" }, parseCron);

export const timezone = () => scalar({ kind: "time zone", type: "string" }, parseTimezone);

export const integer = (min: number, max: number) =>
  scalar({ kind: "number", type: ["integer", "string"], pattern: "^[0-9]+$", minimum: min, maximum: max }, (value) =>
    parseNumber(value, { form: /^\d+$/, min, max, expected: "a whole number" }),
  );

export const decimal = (min: number, max: number) =>
  scalar(
    { kind: "number", type: ["number", "string"], pattern: "^[0-9]+(\\.[0-9]+)?$", minimum: min, maximum: max },
    (value) => parseNumber(value, { form: /^\d+(\.\d+)?$/, min, max, expected: "a number" }),
  );

export const flag = () => scalar({ kind: "true or false", type: ["boolean", "string"] }, parseFlag);

/** Creates the schema of one of several words. */
export const choice = <const T extends string>(...words: readonly T[]) =>
  scalar({ kind: "one of", type: "string", enum: words }, (value) => {
    const word = words.find((each) => each === value.trim().toLowerCase());
    if (word !== undefined) return read(word);
    return unreadable(
      `${quote(value)} must be one of ${words.map((each) => each || '""').join(", ")}${hint(value, words)}`,
    );
  });

/** Creates the schema of one of several numbers. */
export const numberOf = <const T extends number>(...numbers: readonly T[]) =>
  scalar({ kind: "one of", type: "integer", enum: numbers }, (value) => {
    const number = numbers.find((each) => String(each) === value.trim());
    return number === undefined ? unreadable(`${quote(value)} must be one of ${numbers.join(", ")}`) : read(number);
  });

/** Parses `true`, `false` and their synonyms in YAML and Docker. */
export function parseFlag(value: string): Reading<boolean> {
  const word = value.trim().toLowerCase();
  if (["true", "yes", "on", "1"].includes(word)) return read(true);
  if (["false", "no", "off", "0"].includes(word)) return read(false);
  return unreadable(`${quote(value)} is neither true nor false`);
}

function readScalar<T>(raw: unknown, kind: string, parse: (text: string) => Reading<T>): Reading<T> {
  if (raw === undefined) return unreadable("required");
  if (typeof raw === "string") return parse(raw);
  if (typeof raw === "number" || typeof raw === "boolean") return parse(String(raw));
  const got = raw === null ? "nothing" : Array.isArray(raw) ? "a list" : "a map";
  return unreadable(`expected ${kind === "one of" ? "one word" : `one value (${kind})`}, got ${got}`);
}

interface NumberForm {
  readonly form: RegExp;
  readonly min: number;
  readonly max: number;
  readonly expected: string;
}

function parseNumber(value: string, { form, min, max, expected }: NumberForm): Reading<number> {
  const trimmed = value.trim();
  if (!form.test(trimmed)) return unreadable(`${quote(value)} is not ${expected}`);
  const number = Number(trimmed);
  if (number < min || number > max) return unreadable(`${quote(value)} is out of range: ${min} to ${max}`);
  return read(number);
}

function splitCommas(raw: string): string[] {
  return raw
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function withoutArticle(expected: string): string {
  return expected.replace(/^an? /, "");
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 60));
}
