import { type FieldKind, KINDS, kindOf } from "./field-names.ts";
import { FieldNameTable } from "./field-lines.ts";

/** What becomes of a header's line: it goes on, it is a peer's word about its client, or it was meant for this hop alone. */
export type FieldHandling = "passed" | "claim" | "dropped";

/** Fields whose value matters as well; `unsupported`: a request with this one is not simple. */
export type FieldNote =
  | "unsupported"
  | "host"
  | "connection"
  | "content-length"
  | "user-agent"
  | "accept"
  | "content-type"
  | "websocket-key"
  | "forwarded-host"
  | "forwarded-uri";

/** A field name that has a note, or that is not just passed on. */
export interface SimpleRequestField {
  readonly handling: FieldHandling;
  readonly note: FieldNote | undefined;
}

export function handlingOf(kind: FieldKind): FieldHandling {
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

const NOTES: ReadonlyMap<string, FieldNote> = new Map([
  ["upgrade", "unsupported"],
  ["te", "unsupported"],
  ["expect", "unsupported"],
  ["transfer-encoding", "unsupported"],
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

/** Other names that begin with `X-` are classified when they arrive. */
export const SIMPLE_REQUEST_FIELDS = new FieldNameTable<SimpleRequestField>(
  [...new Set([...KINDS.keys(), ...NOTES.keys(), "x-forwarded-method", "x-forwarded-port"])].map(
    (name) => [name, { handling: handlingOf(kindOf(name)), note: NOTES.get(name) }] as const,
  ),
);
