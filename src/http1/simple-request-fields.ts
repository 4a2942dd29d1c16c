import { type HeaderKind, KINDS, kindOf } from "./field-names.ts";
import { NameTable } from "./field-name-table.ts";

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

/** A name that has a note, or is more than plain. */
export interface PlainName {
  readonly fate: HeaderFate;
  readonly note: HeaderNote | undefined;
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

/** What else begins with `X-` is looked at as it comes. */
export const PLAIN_NAMES = new NameTable<PlainName>(
  [...new Set([...KINDS.keys(), ...NOTES.keys(), "x-forwarded-method", "x-forwarded-port"])].map(
    (name) => [name, { fate: fateOf(kindOf(name)), note: NOTES.get(name) }] as const,
  ),
);
