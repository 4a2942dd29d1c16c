import type { HeaderKind } from "./header-names.ts";

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

/** What becomes of a header that begins with `X-` and is not in the table. */
export function fateOfKind(kind: HeaderKind): HeaderFate {
  if (kind === "plain") return "passed";
  return kind === "gateway" ? "dropped" : "claim";
}

const TABLE: readonly (readonly [name: string, fate: HeaderFate, note?: HeaderNote])[] = [
  ["host", "dropped", "host"],
  ["connection", "dropped", "connection"],
  ["keep-alive", "dropped"],
  ["proxy-connection", "dropped"],
  ["trailer", "dropped"],
  ["upgrade", "dropped", "odd"],
  ["te", "dropped", "odd"],
  ["expect", "dropped", "odd"],
  ["transfer-encoding", "dropped", "odd"],
  ["content-length", "passed", "content-length"],
  ["user-agent", "passed", "user-agent"],
  ["accept", "passed", "accept"],
  ["content-type", "passed", "content-type"],
  ["sec-websocket-key", "passed", "websocket-key"],
  ["forwarded", "claim"],
  ["x-forwarded-for", "claim"],
  ["x-forwarded-proto", "claim"],
  ["x-forwarded-port", "claim"],
  ["x-forwarded-method", "claim"],
  ["x-forwarded-host", "claim", "forwarded-host"],
  ["x-forwarded-uri", "claim", "forwarded-uri"],
  ["x-real-ip", "claim"],
];

const NAMES: ReadonlyMap<number, PlainName> = new Map(
  TABLE.map(([name, fate, note]) => {
    const letters = Array.from({ length: name.length }, (_, at) => name.charCodeAt(at));
    return [letters.reduce(hashOn, 0), { letters, fate, note }] as const;
  }),
);
