import { ENVIRONMENT_VARIABLES, PROCESS_VARIABLES } from "../src/config/parse/environment.ts";
import { annotatedSchema, type JsonSchema } from "../src/config/schema/json-schema.ts";
import { formatPath } from "../src/config/schema/key-path.ts";
import { table } from "./markdown-table.ts";

/** Generates docs/environment.md from the tables of variables. */
export function generate(): Record<string, string> {
  const schema = annotatedSchema();
  const rows = ENVIRONMENT_VARIABLES.map(({ variable, path, fromFile }) => {
    const key = path.reduce<JsonSchema | undefined>((below, step) => below?.properties?.[String(step)], schema);
    return [
      `\`${variable}\``,
      fromFile ? `\`${variable}_FILE\`` : "",
      `\`${formatPath(path)}\``,
      key?.description ?? "",
    ];
  });
  const text = `<!-- Made from src/config by \`npm run generate\`; edits here are overwritten. -->

# Environment variables

They override the [file](configuration.md). An empty variable counts as unset. A variable with \`_FILE\` names a file that holds the value (a Docker or Kubernetes secret); one line break at its end is dropped. Setting both is a fault.

${table(["variable", "or from a file", "key", "what it does"], rows)}

These have no key in the file:

${table(
  ["variable", "what it does"],
  Object.entries(PROCESS_VARIABLES).map(([variable, what]) => [`\`${variable}\``, what]),
)}
`;
  return { "docs/environment.md": text };
}
