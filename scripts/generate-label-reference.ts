import { z } from "zod";
import { labelSchema } from "../src/config/schema/container-schema.ts";
import type { JsonSchema } from "../src/config/schema/json-schema.ts";
import { LABEL_PATHS } from "../src/config/parse/labels.ts";
import { fallback, table, takes } from "./markdown-table.ts";

/** Generates docs/labels.md from the schema of labels. */
export function generate(): Record<string, string> {
  const schema = z.toJSONSchema(labelSchema, { io: "input" }) as JsonSchema;
  const rows = [...LABEL_PATHS].map(([label, [key = "", below]]) => {
    const outer = schema.properties?.[String(key)] ?? {};
    const found = below === undefined ? outer : (outer.properties?.[String(below)] ?? {});
    return [
      `\`dag.${label}\``,
      takes(found).replace("list: ", "comma-separated: "),
      fallback(found, false),
      found.description ?? "",
    ];
  });
  const text = `<!-- Made from src/config by \`npm run generate\`; edits here are overwritten. -->

# Labels

The gateway manages a container with the labels \`dag.enabled=true\` and \`dag.host\`. Every container key of [the file](configuration.md) is also a label with the prefix \`dag.\`; separate lists by commas and nested keys by dots.

\`\`\`yaml
services:
  app:
    image: example/app
    labels:
      - dag.enabled=true
      - dag.host=app.example.com
      - dag.target_port=3000
      - dag.idle_timeout=15m
      - dag.ignore.paths=/metrics,/robots.txt
\`\`\`

- An **invalid label disables only that label**; the log reports it once, and the dashboard and \`dag check --docker\` show it. An empty label counts as unset (Compose writes one for an unset \`\${VARIABLE}\`).
- The gateway notices changes at once, by Docker's events. New labels require a new container: run \`docker compose up -d\`.
- **Dependencies** come from Compose's \`depends_on\` with its conditions (started, healthy, completed successfully) unless \`dag.depends_on\` is set; an empty \`dag.depends_on=\` means none. \`dag.depends_on\` names containers, or services of the same project. Dependencies need no labels: they are woken with the app, and stopped again only if no container outside the gateway needs them and they do not have \`dag.enabled=false\`.
- **Groups**: containers with the same \`dag.group=NAME\` share their \`dag.host\`; they join a group with that name in the file. Replicas of one Compose service with the same \`dag.host\` form a group automatically, named \`project-service\`. A group uses the strategy \`weighted\` as soon as a member has \`dag.weight\`.
- **Several ports**: \`dag.host=s3.example.com=9000,console.example.com=9001\` routes each host to [a port of its own](ports.md).
- If two other containers have the same host, the first by name keeps it, and a warning names both. The file always wins.
- Containers of \`docker compose run\` are ignored.
- \`process\` is never taken from labels.

${table(["label", "takes", "default", "what it does"], [["`dag.enabled`", "true or false", "`false`", "Without it all other labels are ignored."], ...rows])}
`;
  return { "docs/labels.md": text };
}
