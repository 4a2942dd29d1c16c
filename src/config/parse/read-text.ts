import { readFileSync } from "node:fs";
import { TextDecoder } from "node:util";
import { read, unreadable, type Reading } from "../schema/reading.ts";

/** Reads a text file; `undefined` if it does not exist. */
export function readText(path: string): Reading<string | undefined> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return read(undefined);
    if (code === "EISDIR")
      return unreadable("this is a directory; Docker creates one when a mounted file does not exist on the host");
    if (code === "EACCES") return unreadable("this user has no permission to read the file");
    return unreadable(`the file cannot be read (${typeof code === "string" ? code : "unknown error"})`);
  }
  try {
    return read(decodeText(bytes));
  } catch {
    return unreadable("the file is not UTF-8 text; save it as UTF-8");
  }
}

/** Decodes UTF-8, without a byte order mark; throws if the bytes are anything else. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
