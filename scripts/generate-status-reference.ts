import { CONTAINER_FIELDS, type FieldSpec, objectSchema, STATUS_FIELDS } from "../src/admin/api/status-fields.ts";
import { table } from "./markdown-table.ts";

/** Generates docs/status-api.md and schema/status.schema.json from the fields of the document. */
export function generate(): Record<string, string> {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Docker Awakening Gateway: /_status/api",
    ...objectSchema(STATUS_FIELDS),
    $defs: { container: objectSchema(CONTAINER_FIELDS) },
  };
  const text = `<!-- Made from src/admin/api/status-fields.ts by \`npm run generate\`; edits here are overwritten. -->

# Status API

\`GET /_status/api\` returns everything on the [dashboard](dashboard.md) as JSON ([schema](../schema/status.schema.json)). Times are ISO 8601 in UTC. Any release may add fields; no field changes its meaning.

${rows(STATUS_FIELDS)}

## A container

${rows(CONTAINER_FIELDS)}

## Event stream

\`GET /_status/events\` is a stream of [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html):

| event | data |
| --- | --- |
| \`change\` | \`{containers, engine_up, updated_at}\`: the containers that changed, each as above; at most four times a second |
| \`beat\` | \`{}\`: at the start, then about every 14 seconds |

At most 64 clients can listen at once; further ones get a 503. A stream ends after ten minutes: reconnect, as browsers do automatically.

## Actions

| request | effect |
| --- | --- |
| \`POST /_status/wake?container=NAME\` | wakes it, even if its last wake has just failed |
| \`POST /_status/stop?container=NAME\` | stops it; open requests may finish for a while. A container that was started with \`--rm\` would be deleted: 409, unless you add \`&confirm=delete\` |
| \`POST /_status/pin?container=NAME&for=8h\` | wakes it and keeps it awake for this time, at most 168 h; \`0\` ends it |
| \`POST /_status/suspend?container=NAME&for=2h\` | stops it and prevents wakes for this time, at most 720 h |
| \`POST /_status/resume?container=NAME\` | ends the suspension; the next request wakes it |
| \`GET /_status/explain?container=NAME\` | why it is awake or asleep, and what would change that |
| \`GET /_status/c/NAME\` | all details of the container |
| \`GET /_topology?format=json\`, \`mermaid\` | groups, dependencies and states as a graph |

A group's name means all its members. The response to an action is a 202. A script in a browser must also send the page's token in the \`X-CSRF-Token\` header; a program needs none.
`;
  return { "docs/status-api.md": text, "schema/status.schema.json": `${JSON.stringify(schema, null, 2)}\n` };
}

function rows(fields: Readonly<Record<string, FieldSpec>>): string {
  const lines = Object.entries(fields).map(([name, { what, schema, isOptional }]) => {
    return [`\`${name}\``, `${typeOf(schema)}${isOptional === true ? ", optional" : ""}`, what];
  });
  return table(["field", "type", "meaning"], lines);
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
