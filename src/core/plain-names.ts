import { type HeaderKind, KINDS, kindOf } from "./header-names.ts";

/** What becomes of a header's line: it goes on, it is a peer's word about its client, or it was meant for this hop alone. */
export type HeaderFate = "passed" | "claim" | "dropped";

/** Headers whose value matters beside that; `odd`: a request with this one is not plain. */
export type HeaderNote =
  | "odd"
  | "host"
  | "connection"
  | "content-length"
  | "user-agent"
  | "accept"
  | "content-type"
  | "websocket-key"
  | "forwarded-host"
  | "forwarded-uri";

interface PlainName {
  readonly letters: readonly number[];
  readonly fate: HeaderFate;
  readonly note: HeaderNote | undefined;
}

/** For each byte that may stand in a name (RFC 9110 §5.6.2) its lower-case letter, for all others 0. */
export const TOKEN: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  return /[\w!#$%&'*+.^`|~-]/u.test(letter) ? letter.toLowerCase().charCodeAt(0) : 0;
});

/** One more letter of a name, in lower case. */
export function hashOn(hash: number, letter: number): number {
  return (hash * 31 + letter) | 0;
}

/**
 * The name between two places, if it is one that matters; `hash` is made of its letters. Found without making a string of
 * it, which costs more than all the rest of a header.
 */
export function findPlainName(bytes: Uint8Array, start: number, end: number, hash: number): PlainName | undefined {
  const name = NAMES.get(hash);
  if (name === undefined || name.letters.length !== end - start) return undefined;
  for (let at = 0; at < name.letters.length; at += 1) {
    if (TOKEN[bytes[start + at] ?? 0] !== name.letters[at]) return undefined;
  }
  return name;
}

export function fateOf(kind: HeaderKind): HeaderFate {
  switch (kind) {
    case "plain":
    case "content-length":
      return "passed";
    case "forwarded-for":
    case "forwarded-host":
    case "forwarded-proto":
    case "real-ip":
    case "claim":
      return "claim";
    case "host":
    case "connection":
    case "transfer-encoding":
    case "hop":
    case "te":
    case "trailer":
    case "expect":
    case "gateway":
      return "dropped";
  }
}

const NOTES: ReadonlyMap<string, HeaderNote> = new Map([
  ["upgrade", "odd"],
  ["te", "odd"],
  ["expect", "odd"],
  ["transfer-encoding", "odd"],
  ["host", "host"],
  ["connection", "connection"],
  ["content-length", "content-length"],
  ["user-agent", "user-agent"],
  ["accept", "accept"],
  ["content-type", "content-type"],
  ["sec-websocket-key", "websocket-key"],
  ["x-forwarded-host", "forwarded-host"],
  ["x-forwarded-uri", "forwarded-uri"],
]);

/** Those that have a note or are more than plain; what else begins with `X-` is looked at as it comes. */
const NAMES: ReadonlyMap<number, PlainName> = new Map(
  [...new Set([...KINDS.keys(), ...NOTES.keys(), "x-forwarded-method", "x-forwarded-port"])].map((name) => {
    const letters = Array.from({ length: name.length }, (_, at) => name.charCodeAt(at));
    return [letters.reduce(hashOn, 0), { letters, fate: fateOf(kindOf(name)), note: NOTES.get(name) }] as const;
  }),
);
