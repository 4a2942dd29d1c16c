import { createLineSplitter } from "../log-lines.ts";

/** The end of a program's output. Only bytes are kept, so a program that floods costs next to nothing. */
export interface ByteTail {
  push(chunk: Buffer): void;
  /** The last lines, oldest first; an unfinished one at the end counts. */
  lines(count: number): string[];
}

/** Makes a tail that keeps at least the last `limit` bytes, and at most one chunk more. */
export function createByteTail(limit = 256 * 1024): ByteTail {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let cut = false;

  return {
    push(chunk) {
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
      // The first line has lost its beginning, unless it is all there is.
      if (cut && all.length > 1) all.shift();
      return count > 0 ? all.slice(-count) : [];
    },
  };
}
