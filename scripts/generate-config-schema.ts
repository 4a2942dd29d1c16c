import { publishedSchema } from "../src/config/schema/json-schema.ts";

/** The JSON Schema that editors check `config.yaml` by. */
export function generate(): Record<string, string> {
  return { "schema/config.schema.json": `${JSON.stringify(publishedSchema(), null, 2)}\n` };
}
