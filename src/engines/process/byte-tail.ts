import { createLineSplitter } from "../log-lines.ts";

/** The end of a program's output. Only bytes are kept, so a flood of output costs next to nothing. */
export interface ByteTail {
  push(chunk: Buffer): void;
  /** The last lines, oldest first; an unfinished one at the end counts. */
  lines(count: number): string[];
}

/** Creates a tail that keeps at least the last `limit` bytes, and at most one chunk more. */
export function createByteTail(limit = 256 * 1024): ByteTail {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let lineBytes = 0;
  let cut = false;

  /**
   * Whether a chunk only continues a line that is too long already: it would never be shown, but push out all others.
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

/** Far more than is shown of a line. */
const LONGEST_LINE_BYTES = 16_384;
