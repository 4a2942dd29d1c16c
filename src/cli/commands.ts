import type { Command } from "./command.ts";
import { demo } from "./run-demo.ts";
import { serve } from "./serve.ts";
import { version } from "./version.ts";

/** All commands by name, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  serve,
  demo,
  version,
};
