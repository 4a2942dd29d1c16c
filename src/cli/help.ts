import type { Command } from "./command.ts";
import { flagOf, usageOf } from "./usage.ts";

/** Returns the text of `dag --help`. */
export function helpText(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, command]) => {
    return [usageOf(name, command).replace(/^dag /, ""), command.summary] as const;
  });
  return `Docker Awakening Gateway: wakes sleeping containers when a request arrives and stops idle ones.

Usage: dag [COMMAND] [ARGUMENTS]

Commands (without one: serve):
${columns(rows)}

Options:
${columns([
  ["-h, --help", "prints this help, or the help of a command"],
  ["-V, --version", "prints the version"],
])}

Configuration: the file in CONFIG_PATH (default /etc/gateway/config.yaml; optional), and the labels of containers.
Exit codes: 0 ok, 1 run-time failure, 2 bad usage or configuration.
`;
}

/** Returns the text of `dag COMMAND --help`. */
export function commandHelp(name: string, command: Command): string {
  const { summary, details = [], options = {} } = command;
  const rows = Object.entries(options).map(([flag, option]) => [flagOf(flag, option), option.summary] as const);
  const table = rows.length === 0 ? [] : [`Options:\n${columns(rows)}`];
  return `${[`Usage: ${usageOf(name, command)}`, sentence(summary), ...details, ...table].join("\n\n")}\n`;
}

/** Makes a sentence of a summary. */
export function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.min(WIDEST, Math.max(...rows.map(([left]) => left.length)));
  return rows
    .map(([left, right]) => {
      return left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`;
    })
    .join("\n");
}

/** The maximum width of the left column. */
const WIDEST = 34;
