import type { IncomingMessage } from "node:http";

/** What a page's own script asks for to bring the page up to date: no style and script again, and only what changed. */
export interface LiveRequest {
  /** The containers that changed since; `undefined`: all may have. */
  readonly changed: ReadonlySet<string> | undefined;
}

/** Reads the header `X-Live`: `*`, or names; `undefined`: a whole page is asked for. */
export function liveRequestOf({ headers }: IncomingMessage): LiveRequest | undefined {
  const header = headers["x-live"];
  if (typeof header !== "string") return undefined;
  if (header === "*") return { changed: undefined };
  return { changed: new Set(header.split(",").map(decode)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
