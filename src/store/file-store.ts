import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { type Memory, NOTHING_STORED, type Store, type Stored } from "../lifecycle/ports.ts";
import { readRecords, writeRecords } from "./records.ts";

interface FileStoreDeps {
  readonly path: string;
  /** Called once whenever the file becomes inaccessible or accessible. */
  readonly warn: (message: string) => void;
}

/**
 * Creates a store in one JSON file, which is replaced atomically: written to a temporary file, flushed, renamed. A
 * reader finds either the old or the new content, and a full disk leaves the old one. No fault of the file stops the
 * gateway: an unreadable file is neither changed nor used until a restart; a failed write is tried again at each save.
 */
export function createFileStore({ path, warn }: FileStoreDeps): Store {
  const lines = new WeakMap<Memory, string>();
  let written = "";
  let isReadable = true;
  let writeFault: string | undefined;

  function giveUp(what: string): Stored {
    isReadable = false;
    warn(`the state file ${path} ${what}; activity is kept in memory only until a restart`);
    return NOTHING_STORED;
  }

  return {
    async load() {
      const found = await readIfThere(path);
      if (found === undefined) return NOTHING_STORED;
      const { text, fault } = found;
      if (text === undefined) return giveUp(fault);
      const read = readRecords(text);
      if (!("fault" in read)) return read;
      const aside = `${path}.damaged`;
      try {
        await rename(path, aside);
      } catch (error) {
        return giveUp(`is damaged (${read.fault}) and could not be set aside (${String(error)})`);
      }
      warn(`the state file ${path} is damaged (${read.fault}); it was set aside as ${aside}`);
      return NOTHING_STORED;
    },
    async save(stored: Stored) {
      if (!isReadable) return;
      const text = writeRecords(stored, lines);
      if (text === written) return;
      try {
        await replace(path, text);
        written = text;
        if (writeFault !== undefined) warn(`the state file ${path} is written again`);
        writeFault = undefined;
      } catch (error) {
        const fault = isCode(error, "EBUSY") ? `${String(error)}; ${IS_MOUNTED}` : String(error);
        if (fault !== writeFault)
          warn(`the state file could not be written (${fault}); activity is kept in memory only until it can be`);
        writeFault = fault;
      }
    },
  };
}

type Found = { readonly text: string; readonly fault?: never } | { readonly text?: never; readonly fault: string };

/** Reads the file: returns its text, or why it cannot be read; `undefined` if it does not exist. */
async function readIfThere(path: string): Promise<Found | undefined> {
  try {
    const file = await stat(path);
    if (file.isDirectory()) return { fault: IS_FOLDER };
    // Reading a pipe would never end, and a device such as /dev/null must not be renamed.
    if (!file.isFile()) return { fault: "is not a regular file" };
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    return isCode(error, "ENOENT") ? undefined : { fault: `cannot be read (${String(error)})` };
  }
}

const IS_FOLDER =
  "is a folder (Docker makes one where a file is mounted that is missing: mount a folder or volume instead)";
const IS_MOUNTED = "a file that is mounted by itself cannot be replaced: mount its folder";

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
