import type { Command } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands.ts";
import { sentence } from "../src/cli/help.ts";
import { flagOf, usageOf } from "../src/cli/usage.ts";
import { DEFAULT_CONFIG_PATH, ENVIRONMENT_VARIABLES, PROCESS_VARIABLES } from "../src/config/parse/environment.ts";
import { formatPath } from "../src/config/schema/key-path.ts";
import { roff, term } from "./roff.ts";

/** Generates man/dag.1 from the table of commands. */
export function generate(): Record<string, string> {
  const variables = [
    ...Object.entries(PROCESS_VARIABLES),
    ...ENVIRONMENT_VARIABLES.map(({ variable, path, fromFile }) => {
      const file = fromFile ? ` ${variable}_FILE names a file that holds the value.` : "";
      return [variable, `In place of ${formatPath(path)} in the file.${file}`] as const;
    }),
  ];
  const text = `.\\" Made from src/cli by npm run generate; edits here are overwritten.
.TH DAG 1 "" "Docker Awakening Gateway" "User Commands"
.SH NAME
dag \\- wakes sleeping containers when somebody asks for them
.SH SYNOPSIS
.B dag
[\\fICOMMAND\\fR] [\\fIARGUMENTS\\fR]
.SH DESCRIPTION
A reverse proxy, or the auth server of one, that starts a container when a request for its host comes, lets the request wait or shows a page meanwhile, and stops the container when nobody asks for it any more. Without a command it is
.BR serve .
.SH COMMANDS
${Object.entries(commands).map(command).join("\n")}
.SH OPTIONS
${term("-h, --help", "Prints the help; after a command, that command's.")}
${term("-V, --version", "Prints the version.")}
.SH ENVIRONMENT
${variables.map(([name, what]) => term(name, what)).join("\n")}
.SH FILES
${term(DEFAULT_CONFIG_PATH, "The configuration. Labels of containers alone do without it.")}
${term("/data/state.json", "What survives a restart, unless gateway.state_file names another place.")}
.SH EXIT STATUS
${term("0", "Success.")}
${term("1", "Something failed while it ran.")}
${term("2", "The arguments or the configuration are faulty.")}
.SH EXAMPLES
${term("dag demo", "Runs a gateway with two sleeping apps, to try it out.")}
${term("dag check config.yaml && CONFIG_PATH=config.yaml dag", "Runs the gateway with a file that is sound.")}
${term("dag explain app.example.com", "Says why the container behind that host is awake or asleep.")}
`;
  return { "man/dag.1": text };
}

function command([name, described]: readonly [string, Command]): string {
  const { summary, details = [], options = {} } = described;
  const flags = Object.entries(options).map(([flag, option]) => {
    return `${term(flagOf(flag, option), sentence(option.summary))}`;
  });
  const more = [...details.map((each) => `.IP\n${roff(each)}`), ...(flags.length > 0 ? [".RS", ...flags, ".RE"] : [])];
  return [term(usageOf(name, described), sentence(summary)), ...more].join("\n");
}
