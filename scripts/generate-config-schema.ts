import { publishedSchema } from "../src/config/schema/json-schema.ts";

/** Generates the JSON Schema with which editors check `config.yaml`. */
export function generate(): Record<string, string> {
  return { "schema/config.schema.json": `${JSON.stringify(publishedSchema(), null, 2)}\n` };
}
