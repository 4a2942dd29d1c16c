import { annotatedSchema, type JsonSchema } from "../src/config/schema/json-schema.ts";
import { fallback, table, takes } from "./markdown-table.ts";

/** Generates docs/configuration.md from the schema of the file. */
export function generate(): Record<string, string> {
  const { gateway, containers, groups, docker, kubernetes } = annotatedSchema().properties ?? {};
  const text = `<!-- Made from src/config by \`npm run generate\`; edits here are overwritten. -->

# Configuration

The file is \`/etc/gateway/config.yaml\`, or the file in [\`CONFIG_PATH\`](environment.md). Without a file, only the [labels](labels.md) of containers configure the gateway. Precedence: environment, then file, then default; for a container or a host the file overrides labels (and the log reports it).

- You may quote numbers and booleans. Write **durations** as \`90s\`, \`15m\`, \`1h30m\`, \`500ms\`; \`0\` switches a feature off. A number without a unit is a fault.
- A **list** may also be one text with commas: \`host: a.example.com, b.example.com\`.
- **Hosts** are compared in lower case and without a trailing dot: \`app.example.com\`, \`app.example.com:8443\` (that port only), \`*.example.com\` (the longest wildcard wins), \`192.0.2.1\`, \`[2001:db8::1]\`. You can write international names as they are. A host may name a [port of its own](ports.md) inside the container: \`s3.example.com=9000\`.
- An **unknown key is a fault**. All faults are reported together, each with file, line, column and the nearest known name. \`dag check\` does the same without starting anything, and prints what each host does.
- A change of the file, or \`SIGHUP\`, reloads it. A faulty file changes nothing: log and dashboard show its faults. No open request is dropped.
- YAML anchors, aliases and merge keys (\`<<\`) work.

To get checks in your editor, put this at the top of the file (with the schema from \`dag schema > config.schema.json\`):

\`\`\`yaml
# yaml-language-server: $schema=config.schema.json
\`\`\`

${section("gateway", gateway)}
${section("containers[]", containers?.items)}
${section("groups[]", groups?.items)}
${section("docker[]", docker?.items)}
${section("kubernetes", kubernetes)}
## Faults by name

These messages are the same as in the original gateway:

\`\`\`text
dependency cycle detected: a → b → a
container "app" cannot depend on itself
container "app" depends on unknown container "missing"
group "api" has no containers
group "api" references unknown container "unknown"
group "api" host "app.local" conflicts with an existing host
duplicate group name found: "api"
schedule_start and schedule_stop fire at the same time (Mon 14 Apr 09:00)
\`\`\`
`;
  return { "docs/configuration.md": text.replaceAll(/\n{3,}/g, "\n\n") };
}

/** Returns a table of a map's keys, followed by one for each map inside it. */
function section(name: string, schema: JsonSchema | undefined): string {
  const keys = Object.entries(schema?.properties ?? {});
  const required = new Set(schema?.required ?? []);
  const rows = keys.map(([key, below]) => [
    `\`${key}\``,
    takes(below),
    fallback(below, required.has(key)),
    below.description ?? "",
  ]);
  const nested = keys.map(([key, below]) => {
    if (below.properties !== undefined) return section(`${name}.${key}`, below);
    return below.items?.properties === undefined ? "" : section(`${name}.${key}[]`, below.items);
  });
  return `## \`${name}\`\n\n${table(["key", "takes", "default", "what it does"], rows)}\n\n${nested.join("")}`;
}
