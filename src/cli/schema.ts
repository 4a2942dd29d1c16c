import { publishedSchema } from "../config/json-schema.ts";

/** `dag schema`: prints the JSON Schema of the configuration file, for editors. Returns the exit code. */
export function runSchema(
  args: readonly string[],
  io: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void },
): number {
  if (args.length > 0) {
    io.stderr("usage: dag schema\n");
    return 2;
  }
  io.stdout(`${JSON.stringify(publishedSchema(), null, 2)}\n`);
  return 0;
}
