import { open, readFile, rename, rm } from "node:fs/promises";
import type { Memory, Store } from "../lifecycle/ports.ts";
import { readRecords, writeRecords } from "./records.ts";

interface FileStoreDeps {
  readonly path: string;
  /** Called once for each change of what can be done with the file. */
  readonly warn: (message: string) => void;
}

/**
 * One JSON file, replaced whole: written beside, flushed, renamed over. A reader therefore finds the old or the new one,
 * never half of one, and a full disk leaves the old one. Nothing that is wrong with the file keeps a gateway from its work:
 * what cannot be read is left as it is and not written until a restart, what cannot be written is tried again at each save.
 */
export function createFileStore({ path, warn }: FileStoreDeps): Store {
  let written = "";
  let isReadable = true;
  let writeFault: string | undefined;

  function giveUp(what: string): Map<string, Memory> {
    isReadable = false;
    warn(`the state file ${path} ${what}; activity is kept in memory only until a restart`);
    return new Map();
  }

  return {
    async load() {
      const text = await readIfThere(path).catch((error: unknown) => error);
      if (text === undefined) return new Map();
      if (typeof text !== "string") return giveUp(unreadable(text));
      const records = readRecords(text);
      if (records instanceof Map) return records;
      const aside = `${path}.damaged`;
      try {
        await rename(path, aside);
      } catch (error) {
        return giveUp(`is damaged (${records.fault}) and could not be set aside (${String(error)})`);
      }
      warn(`the state file ${path} is damaged (${records.fault}); it was set aside as ${aside}`);
      return new Map();
    },
    async save(memories: ReadonlyMap<string, Memory>) {
      if (!isReadable) return;
      const text = writeRecords(memories);
      if (text === written) return;
      try {
        await replace(path, text);
        written = text;
        if (writeFault !== undefined) warn(`the state file ${path} is written again`);
        writeFault = undefined;
      } catch (error) {
        const fault = String(error);
        if (fault !== writeFault)
          warn(`the state file could not be written (${fault}); activity is kept in memory only until it can be`);
        writeFault = fault;
      }
    },
  };
}

function unreadable(error: unknown): string {
  return isCode(error, "EISDIR")
    ? "is a folder (Docker makes one where a file is mounted that is missing: mount a folder or volume instead)"
    : `cannot be read (${String(error)})`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
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
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}
