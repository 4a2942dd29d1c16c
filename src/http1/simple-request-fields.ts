import { FieldNameTable } from "./field-lines.ts";
import { type FieldKind, KINDS, kindOf } from "./field-names.ts";

/** What is done with a field line: it is forwarded, it is a claim about the client, or it is hop-by-hop. */
export type FieldHandling = "passed" | "claim" | "dropped";

/** How the fields of each kind are handled. */
export const HANDLING: Readonly<Record<FieldKind, FieldHandling>> = {
  plain: "passed",
  "content-length": "passed",
  "forwarded-for": "claim",
  "forwarded-host": "claim",
  "forwarded-proto": "claim",
  "real-ip": "claim",
  claim: "claim",
  host: "dropped",
  connection: "dropped",
  "transfer-encoding": "dropped",
  hop: "dropped",
  te: "dropped",
  trailer: "dropped",
  expect: "dropped",
  gateway: "dropped",
};

/** The fields whose value matters; `unsupported`: a request with this field is not simple. */
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

/** The names that have a note or are not just forwarded. Other names that begin with `X-` are classified on arrival. */
export const SIMPLE_REQUEST_FIELDS = new FieldNameTable(
  [...new Set([...KINDS.keys(), ...NOTES.keys(), "x-forwarded-method", "x-forwarded-port"])].map(
    (name) => [name, { handling: HANDLING[kindOf(name)], note: NOTES.get(name) }] as const,
  ),
);
