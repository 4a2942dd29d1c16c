import { z } from "zod";
import { fileSchema } from "../schema/file-schema.ts";
import type { KeyPath } from "../schema/key-path.ts";
import { hint } from "../schema/nearest.ts";

/** One value or key that the schema refused. */
export interface KeyIssue {
  readonly path: KeyPath;
  /** Which of the two to point at. */
  readonly part: "key" | "value";
  readonly message: string;
}

/** Describes the issues of zod in our words; unknown keys are listed one by one, each with the nearest known name. */
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

/** `unknown key; did you mean "idle_timeout"?`, or where a key of exactly that name belongs. */
export function unknownKey(key: string, known: readonly string[]): string {
  const home = Object.keys(fileSchema.shape).find((section) => keysAt(fileSchema, [section, 0]).includes(key));
  if (home !== undefined) return `unknown key here; it belongs under "${home}"`;
  return `unknown key${hint(key, known)}`;
}

/** The names that a map at this place may have; empty where its keys are free. */
export function keysAt(schema: z.ZodType, path: KeyPath): readonly string[] {
  let current: unknown = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = typeof step === "string" ? unwrap(current.shape[step]) : current;
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/** The schema below defaults and optional marks. */
export function unwrap(schema: unknown): unknown {
  let current = schema;
  while (current instanceof z.ZodOptional || current instanceof z.ZodPrefault) current = current.unwrap();
  return current;
}
