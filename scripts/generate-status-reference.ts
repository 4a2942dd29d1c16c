import { CONTAINER_FIELDS, type FieldSpec, objectSchema, STATUS_FIELDS } from "../src/admin/api/status-fields.ts";
import { table } from "./markdown-table.ts";

/** docs/status-api.md and schema/status.schema.json, from the fields that the endpoint's types ask for. */
export function generate(): Record<string, string> {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Docker Awakening Gateway: /_status/api",
    ...objectSchema(STATUS_FIELDS),
    $defs: { container: objectSchema(CONTAINER_FIELDS) },
  };
  const text = `<!-- Made from src/admin/api/status-fields.ts by \`npm run generate\`; edits here are overwritten. -->

# The status as data

\`GET /_status/api\` returns everything on the [dashboard](dashboard.md) as JSON ([schema](../schema/status.schema.json)). Moments are ISO 8601 in UTC. A field may be added in any release; none changes its meaning.

${rows(STATUS_FIELDS)}

## A container

${rows(CONTAINER_FIELDS)}

## As it happens

\`GET /_status/events\` is a stream of [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html):

| event | data |
| --- | --- |
| \`change\` | \`{containers, engine_up, updated_at}\`: the containers that changed, each as above; four times a second at most |
| \`beat\` | \`{}\`: at the beginning, and every 14 seconds or so |

64 may listen at once; beyond that the answer is a 503. A stream ends after ten minutes: come back, as every browser does by itself.

## What can be done

| request | effect |
| --- | --- |
| \`POST /_status/wake?container=NAME\` | wakes it, even if its last wake has just failed |
| \`POST /_status/stop?container=NAME\` | puts it to sleep; what is open has a while to end. One that was started with \`--rm\` would be deleted: 409, unless \`&confirm=delete\` is added |
| \`POST /_status/pin?container=NAME&for=8h\` | wakes it and keeps it awake for this time, 168 h at most; \`0\` ends that |
| \`POST /_status/suspend?container=NAME&for=2h\` | stops it and prevents wakes for this time, 720 h at most |
| \`POST /_status/resume?container=NAME\` | ends that; the next request wakes it |
| \`GET /_status/explain?container=NAME\` | why it is awake or asleep, and what would change that |
| \`GET /_status/c/NAME\` | all that is known of it |
| \`GET /_topology?format=json\`, \`mermaid\` | groups, dependencies and states as a graph |

The name of a group means all its members. The answer is a 202. A browser's script needs the page's token besides, as the header \`X-CSRF-Token\`; a program needs none.
`;
  return { "docs/status-api.md": text, "schema/status.schema.json": `${JSON.stringify(schema, null, 2)}\n` };
}

function rows(fields: Readonly<Record<string, FieldSpec>>): string {
  const lines = Object.entries(fields).map(([name, { what, schema, isOptional }]) => {
    return [`\`${name}\``, `${typeOf(schema)}${isOptional === true ? ", optional" : ""}`, what];
  });
  return table(["field", "type", "what it says"], lines);
}

function typeOf(schema: FieldSpec["schema"]): string {
  const { type, enum: words, anyOf, format, items, properties, $ref } = schema as Record<string, unknown>;
  if (typeof $ref === "string") return "container";
  if (Array.isArray(words)) return words.map((word) => `\`${String(word)}\``).join(", ");
  if (Array.isArray(anyOf)) return `${typeOf(anyOf[0] as FieldSpec["schema"])} or null`;
  if (items !== undefined) return `list: ${typeOf(items as FieldSpec["schema"])}`;
  if (properties !== undefined) return `{${Object.keys(properties as object).join(", ")}}`;
  return format === "date-time" ? "moment" : String(type);
}
