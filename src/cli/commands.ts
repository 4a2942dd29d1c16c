import { actions } from "./actions.ts";
import { createCheck } from "./check.ts";
import type { Command } from "./command.ts";
import { createCompletion } from "./completion/completion.ts";
import { dockerInventory } from "./docker-inventory.ts";
import { explain } from "./explain.ts";
import { createImport } from "./import/import.ts";
import { list } from "./list.ts";
import { health } from "./health.ts";
import { demo } from "./run-demo.ts";
import { schema } from "./schema.ts";
import { serve } from "./serve.ts";
import { version } from "./version.ts";

/** All commands by name, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  serve,
  demo,
  check: createCheck({ inventory: dockerInventory }),
  explain,
  list,
  ...actions,
  import: createImport({ inventory: dockerInventory }),
  health,
  schema,
  completion: createCompletion(() => commands),
  version,
};
