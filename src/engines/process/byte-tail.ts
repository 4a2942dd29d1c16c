import { createLineSplitter } from "../log-lines.ts";

/** The end of a program's output. It keeps raw bytes, so that a flood of output costs little. */
export interface ByteTail {
  push(chunk: Buffer): void;
  /** Returns the last lines, oldest first, including an unfinished one at the end. */
  lines(count: number): string[];
}

/** Creates a tail that keeps at least the last `limit` bytes, and at most one chunk more. */
export function createByteTail(limit = 256 * 1024): ByteTail {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let lineBytes = 0;
  let cut = false;

  /**
   * Returns whether a chunk only continues a line that is already too long, and would displace others without being
   * shown.
   */
  function isSurplus(chunk: Buffer): boolean {
    const end = chunk.lastIndexOf("\n");
    if (end === -1 && lineBytes > LONGEST_LINE_BYTES) return true;
    lineBytes = end === -1 ? lineBytes + chunk.length : chunk.length - end - 1;
    return false;
  }

  return {
    push(chunk) {
      if (isSurplus(chunk)) return;
      chunks.push(chunk);
      bytes += chunk.length;
      while (bytes - (chunks[0]?.length ?? 0) >= limit) {
        bytes -= chunks.shift()?.length ?? 0;
        cut = true;
      }
    },
    lines(count) {
      const all: string[] = [];
      const splitter = createLineSplitter((line) => all.push(line));
      for (const chunk of chunks) splitter.push(chunk);
      splitter.end();
      // The first line has lost its beginning, unless it is the only one.
      if (cut && all.length > 1) all.shift();
      return count > 0 ? all.slice(-count) : [];
    },
  };
}

/** More than the shown length of a line. */
const LONGEST_LINE_BYTES = 16_384;
