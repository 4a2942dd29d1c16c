import { publishedSchema } from "../config/schema/json-schema.ts";
import { type Command, EXIT_OK } from "./command.ts";

/** `dag schema`, which prints the JSON Schema. */
export const schema: Command = {
  summary: "prints the JSON Schema of the configuration file, for editors",
  details: [
    "Save the output next to the file as `config.schema.json`, and put this at the top of the file: `# yaml-language-server: $schema=config.schema.json`.",
  ],
  run(_given, io) {
    io.stdout(`${JSON.stringify(publishedSchema(), null, 2)}\n`);
    return Promise.resolve(EXIT_OK);
  },
};
