import { z } from "zod";
import { fileSchema } from "../schema/file-schema.ts";
import type { KeyPath } from "../schema/key-path.ts";
import { hint } from "../schema/nearest.ts";

/** A value or key that the schema rejected. */
export interface KeyIssue {
  readonly path: KeyPath;
  /** Whether the fault is at the key or at its value. */
  readonly part: "key" | "value";
  readonly message: string;
}

/** Translates zod's issues; reports unknown keys one by one, each with the nearest known name. */
export function toKeyIssues(schema: z.ZodType, error: z.ZodError): KeyIssue[] {
  return error.issues.flatMap((issue) => translate(schema, issue));
}

function translate(schema: z.ZodType, issue: z.core.$ZodIssue): KeyIssue[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({ path: [...path, key], part: "key", message: unknownKey(key, known) }));
  }
  if (issue.code === "invalid_key") {
    return [{ path, part: "key", message: issue.issues[0]?.message ?? "not allowed as a key" }];
  }
  return [{ path, part: "value", message: valueMessage(issue) }];
}

function valueMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_small") return "must not be empty";
  if (issue.code !== "invalid_type") return issue.message;
  if (issue.message.endsWith("received undefined")) return "required";
  return issue.expected === "array"
    ? 'expected a list: [a, b], or lines that begin with "- "'
    : "expected a map of keys, such as {key: value}";
}

/** Returns `unknown key; did you mean "idle_timeout"?`, or the section to which a key with this name belongs. */
export function unknownKey(key: string, known: readonly string[]): string {
  const home = Object.keys(fileSchema.shape).find((section) => keysAt(fileSchema, [section, 0]).includes(key));
  if (home !== undefined) return `unknown key here; it belongs under "${home}"`;
  return `unknown key${hint(key, known)}`;
}

/** Returns the keys that a map at this path may have; empty if all are permitted. */
export function keysAt(schema: z.ZodType, path: KeyPath): readonly string[] {
  let current: unknown = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = typeof step === "string" ? unwrap(current.shape[step]) : current;
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/** Returns the schema inside defaults and optionals. */
export function unwrap(schema: unknown): unknown {
  let current = schema;
  while (current instanceof z.ZodOptional || current instanceof z.ZodPrefault) current = current.unwrap();
  return current;
}
