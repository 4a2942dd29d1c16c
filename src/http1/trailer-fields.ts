import type { FieldNames } from "./field-names.ts";

/**
 * Returns trailers as node:http takes them. Fields for framing, routing or client identity are not allowed in one (RFC
 * 9110 §6.5.1).
 */
export function trailerPairs(names: FieldNames, raw: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const { name, kind } = names(raw[at] ?? "");
    if (kind === "plain") pairs.push([name, raw[at + 1] ?? ""]);
  }
  return pairs;
}
