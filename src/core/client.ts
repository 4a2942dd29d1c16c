import type { ClientKind } from "./decision.ts";

/** The request headers that tell what a client is; names lower-case as Node gives them. */
export interface ClientHeaders {
  readonly accept?: string | undefined;
  readonly upgrade?: string | undefined;
  readonly "sec-fetch-mode"?: string | string[] | undefined;
  readonly "sec-fetch-dest"?: string | string[] | undefined;
  readonly "sec-fetch-site"?: string | string[] | undefined;
  readonly "sec-websocket-key"?: string | string[] | undefined;
}

/** Who asks: a browser that can show a page, an upgrade, or anything else. Auth requests show an upgrade by its key alone. */
export function classifyClient(method: string, headers: ClientHeaders): ClientKind {
  if (headers.upgrade !== undefined || headers["sec-websocket-key"] !== undefined) return "upgrade";
  if (method !== "GET" && method !== "HEAD") return "other";
  if (headers.accept === undefined || !acceptsHtml(headers.accept)) return "other";
  const mode = headers["sec-fetch-mode"];
  if (mode !== undefined) return mode === "navigate" ? "navigation" : "other";
  // A browser that sends any of them sends the mode too: one without it is a script's copy.
  const partial = headers["sec-fetch-dest"] !== undefined || headers["sec-fetch-site"] !== undefined;
  return partial ? "other" : "navigation";
}

/** RFC 9110 §12.4.2: a weight of 0 means that it is not accepted. */
function acceptsHtml(accept: string): boolean {
  return accept
    .toLowerCase()
    .split(",")
    .some((range) => HTML.test(range) && !UNWANTED.test(range));
}

const HTML = /^\s*text\/html\s*(?:;|$)/u;
const UNWANTED = /;\s*q=0(?:\.0*)?\s*(?:;|$)/u;
