import type { Command } from "./command.ts";

/** The text of `dag --help`. */
export function helpText(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { usage, summary }]) => [`${name} ${usage}`.trim(), summary] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  const table = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
  return `Docker Awakening Gateway: containers sleep until somebody asks for them.

Usage: dag [COMMAND] [ARGUMENTS]

Commands (without one: serve):
${table}

Options:
  -h, --help     prints this help
  -V, --version  prints the version

Configuration: CONFIG_PATH names the file (default /etc/gateway/config.yaml; labels alone do without one).
Exit codes: 0 ok, 1 run-time failure, 2 bad usage or configuration.
`;
}
