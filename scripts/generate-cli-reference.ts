import { flagOf, usageOf } from "../src/cli/usage.ts";
import type { Command } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands.ts";
import { sentence } from "../src/cli/help.ts";
import { table } from "./markdown-table.ts";

/** Generates docs/cli.md from the table of commands. */
export function generate(): Record<string, string> {
  const rows = Object.entries(commands).map(([name, { summary }]) => [
    `[\`${name}\`](#dag-${name})`,
    sentence(summary),
  ]);
  const text = `<!-- Made from src/cli by \`npm run generate\`; edits here are overwritten. -->

# Command line

\`\`\`text
dag [COMMAND] [ARGUMENTS]
\`\`\`

Without a command, \`dag\` runs \`serve\`. In a clone, after \`npm start\` or \`npm run demo\` has installed the packages, write \`npx node src/main.ts\` instead of \`dag\`; with Compose, \`docker compose exec gateway dag\`.

${table(["command", "what it does"], rows)}

\`dag --help\`, and \`dag COMMAND --help\`, print this reference; \`dag --version\` prints the version. [Environment variables](environment.md) set the configuration file and more.

| exit code | meaning |
| --- | --- |
| 0 | Success. |
| 1 | Something failed at run time: the port is in use, Docker or the gateway cannot be reached, or no container has the given name. |
| 2 | The arguments or the configuration have faults; all faults are reported together. |

${Object.entries(commands).map(section).join("\n\n")}
`;
  return { "docs/cli.md": text };
}

function section([name, command]: readonly [string, Command]): string {
  const { summary, details = [], options = {} } = command;
  const rows = Object.entries(options).map(([flag, option]) => [
    `\`${flagOf(flag, option)}\``,
    sentence(option.summary),
  ]);
  return [
    `## dag ${name}`,
    `\`\`\`text\n${usageOf(name, command)}\n\`\`\``,
    sentence(summary),
    ...details,
    ...(rows.length > 0 ? [table(["option", "what it does"], rows)] : []),
  ].join("\n\n");
}
