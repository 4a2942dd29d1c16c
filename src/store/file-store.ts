import { open, readFile, rename, rm } from "node:fs/promises";
import type { Memory, Store } from "../lifecycle/ports.ts";
import { readRecords, writeRecords } from "./records.ts";

interface FileStoreDeps {
  readonly path: string;
  /** Told when a damaged file was set aside; the gateway goes on with an empty memory. */
  readonly warn: (message: string) => void;
}

/**
 * One JSON file, replaced whole: written beside, flushed, renamed over. A reader therefore finds the old or the new one,
 * never half of one, and a full disk leaves the old one. `save` rejects with the file system's error; the folder must be there.
 */
export function createFileStore({ path, warn }: FileStoreDeps): Store {
  let written = "";

  return {
    async load() {
      const text = await readIfThere(path);
      if (text === undefined) return new Map();
      const records = readRecords(text);
      if (records instanceof Map) return records;
      const aside = `${path}.damaged`;
      await rename(path, aside);
      warn(`the state file ${path} is damaged (${records.fault}); it was set aside as ${aside}`);
      return new Map();
    },
    async save(memories: ReadonlyMap<string, Memory>) {
      const text = writeRecords(memories);
      if (text === written) return;
      await replace(path, text);
      written = text;
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    const file = await open(beside, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
