import { z } from "zod";
import { labelSchema } from "../src/config/schema/container-schema.ts";
import type { JsonSchema } from "../src/config/schema/json-schema.ts";
import { LABEL_PATHS } from "../src/config/parse/labels.ts";
import { fallback, table, takes } from "./markdown-table.ts";

/** docs/labels.md, from the schema that reads the labels. */
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

A container asks to be looked after by \`dag.enabled=true\` and \`dag.host\`. Every key of a container in [the file](configuration.md) is a label too, with \`dag.\` before it; lists are separated by commas, nested keys by dots.

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

- A **bad label disables that label only**; it is logged once, shown on the dashboard and told by \`dag check --docker\`. An empty label counts as none (Compose writes one for an unset \`\${VARIABLE}\`).
- Changes are seen at once, by Docker's events. New labels need a new container: \`docker compose up -d\` makes one.
- **Dependencies** come from Compose's \`depends_on\` with its conditions (started, healthy, completed successfully) unless \`dag.depends_on\` is set; an empty \`dag.depends_on=\` means none. \`dag.depends_on\` names containers, or services of the same project. What is needed need not be labelled: it is woken with the app, and put to sleep again only if nothing outside of the gateway needs it and it doesn't say \`dag.enabled=false\`.
- **Groups**: containers with the same \`dag.group=NAME\` answer together for their \`dag.host\`; a group of that name in the file takes them in. Replicas of one Compose service with the same \`dag.host\` form a group by themselves, called \`project-service\`. A group is weighted as soon as a member says \`dag.weight\`.
- Of two other containers with the same host the first by name keeps it, and a warning names both. The file always wins.
- Containers of \`docker compose run\` are left out.
- \`process\` is never taken from labels.

${table(["label", "takes", "default", "what it does"], [["`dag.enabled`", "true or false", "`false`", "Nothing else is read without it."], ...rows])}
`;
  return { "docs/labels.md": text };
}
