import type { z } from "zod";
import type { KeyPath } from "../schema/key-path.ts";
import { toKeyIssues, type KeyIssue } from "./schema-issues.ts";

/** A map whose faulty keys got their defaults, and the faults. */
export interface Salvaged<T> {
  /** `undefined` if a required key is missing or faulty. */
  readonly value: T | undefined;
  readonly issues: readonly KeyIssue[];
}

/** Parses a map strictly, but drops only its faulty keys. */
export function salvage<S extends z.ZodType>(schema: S, raw: unknown): Salvaged<z.output<S>> {
  const whole = schema.safeParse(raw);
  if (whole.success) return { value: whole.data, issues: [] };
  const issues = toKeyIssues(schema, whole.error);
  const rest = schema.safeParse(without(raw, issues));
  return { value: rest.success ? rest.data : undefined, issues };
}

function without(raw: unknown, issues: readonly KeyIssue[]): unknown {
  const copy: unknown = structuredClone(raw);
  for (const { path } of issues) remove(copy, path);
  return copy;
}

/** Removes the innermost key on the path; for a faulty item the whole list, so that no list is incomplete. */
function remove(root: unknown, path: KeyPath): void {
  const last = path.findLastIndex((step) => typeof step === "string");
  let parent = root;
  for (const step of path.slice(0, Math.max(0, last))) parent = child(parent, step);
  const key = path[last];
  if (isRecord(parent) && typeof key === "string") delete parent[key];
}

function child(parent: unknown, step: string | number): unknown {
  return isRecord(parent) ? parent[step] : undefined;
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}
