import type { JsonSchema } from "../src/config/schema/json-schema.ts";

/** Formats a Markdown table; escapes bars in cells. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Describes the values that a key accepts. */
export function takes(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((word) => (word === "" ? '`""`' : `\`${word}\``)).join(", ");
  if (schema.items !== undefined) return `list: ${takes(schema.items)}`;
  if (typeof schema.additionalProperties === "object") return `map: ${takes(schema.additionalProperties)}`;
  if (schema.properties !== undefined) return "map";
  const { kind = "text", minimum, maximum } = schema;
  const isRange = kind === "number" && minimum !== undefined && maximum !== undefined && maximum < 2_147_483_647;
  return isRange ? `${kind}, ${minimum}–${maximum}` : kind;
}

/** Describes the value that is used if the key is unset. */
export function fallback(schema: JsonSchema, isRequired: boolean): string {
  if (isRequired) return "**required**";
  if (schema.inherits !== undefined) return `as \`${schema.inherits}\``;
  const value = schema.unsetMeans ?? schema.default;
  return value === undefined ? "unset" : `\`${written(value)}\``;
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
