import type { FieldNames } from "./field-names.ts";

/** Trailers as node:http takes them. What frames, routes or names the client may not come in one (RFC 9110 §6.5.1). */
export function trailerPairs(names: FieldNames, raw: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const { name, kind } = names(raw[at] ?? "");
    if (kind === "plain") pairs.push([name, raw[at + 1] ?? ""]);
  }
  return pairs;
}
