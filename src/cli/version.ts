import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, EXIT_OK } from "./command.ts";

/** `dag version`, which prints the version. */
export const version: Command = {
  summary: "prints the version",
  run(_given, io) {
    io.stdout(`${productVersion()}\n`);
    return Promise.resolve(EXIT_OK);
  },
};

/** Returns the version of the installed package; source and compiled files have the same depth in it. */
export function productVersion(): string {
  const text = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
  const parsed: unknown = JSON.parse(text);
  const isPackage = typeof parsed === "object" && parsed !== null && "version" in parsed;
  return isPackage ? String(parsed.version) : "unknown";
}
