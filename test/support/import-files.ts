import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { createImport } from "../../src/cli/import/import.ts";
import type { Inventory } from "../../src/cli/docker-inventory.ts";
import { type Ran, runCommand } from "./cli.ts";

/** Returns the output of `dag import` for a file, without directories in paths. */
export async function importText(
  t: TestContext,
  source: string,
  text: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const parent = mkdtempSync(path.join(tmpdir(), "dag-import-"));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const folder = path.join(parent, "stack");
  mkdirSync(folder);
  const file = path.join(folder, "file.yml");
  writeFileSync(file, text);
  const ran = await runCommand(importer(), [source, file, ...args], env);
  const plain = (printed: string): string => printed.replaceAll(`${folder}/`, "");
  return { ...ran, stdout: plain(ran.stdout), stderr: plain(ran.stderr) };
}

/** Creates the command; without an inventory it must not use Docker. */
export function importer(inventory?: Inventory): ReturnType<typeof createImport> {
  return createImport({ inventory: inventory ?? (() => assert.fail("Docker must not be used")) });
}

/** Removes the comments. */
export function settingsOf(printed: string): string {
  return printed
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n");
}

/** Returns the comments without their marks, and without the first one about the origin. */
export function commentsOf(printed: string): string[] {
  const lines = printed.split("\n").filter((line) => line.trimStart().startsWith("#"));
  return lines.slice(1).map((line) => line.trimStart().slice(2));
}
