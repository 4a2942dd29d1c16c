import { StringDecoder } from "node:string_decoder";
import { stripAnsi } from "../core/strip-ansi.ts";

/** Splits the bytes of one stream into clean lines. */
export interface LineSplitter {
  push(bytes: Buffer): void;
  /** Passes on the last line, if it has no line end. */
  end(): void;
}

/** How much of a line is kept before it is cleaned, which may remove long escape sequences. */
const RAW_LIMIT = 16_384;
/** How much of a cleaned line is kept, in UTF-16 code units. */
const LINE_LIMIT = 2_000;

/**
 * Creates a splitter. Bytes that are not UTF-8 become replacement characters; long lines are cut. `headWords` is the
 * number of words before each line that do not come from the program; they are passed on separately and unchanged.
 */
export function createLineSplitter(
  onLine: (line: string, head: readonly string[]) => void,
  headWords = 0,
): LineSplitter {
  const decoder = new StringDecoder("utf8");
  let rest = "";

  function add(text: string): void {
    const parts = text.split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      keep(rest + part.slice(0, RAW_LIMIT));
      rest = "";
    }
    if (rest.length < RAW_LIMIT) rest += last.slice(0, RAW_LIMIT);
  }

  function keep(raw: string): void {
    const head = headWords === 0 ? [] : raw.split(" ", headWords);
    const headLength = head.reduce((length, word) => length + word.length + 1, 0);
    onLine(clean(raw.slice(headLength)), head);
  }

  return {
    push(bytes) {
      add(decoder.write(bytes));
    },
    end() {
      add(decoder.end());
      if (rest !== "") keep(rest);
      rest = "";
    },
  };
}

function clean(raw: string): string {
  const line = stripAnsi(raw);
  return line.length > LINE_LIMIT ? `${line.slice(0, LINE_LIMIT - 1).toWellFormed()}…` : line;
}
