import { allowsHtml, prefersHtml } from "./accept.ts";
import { clientClass } from "./client-class.ts";
import type { ClientKind } from "./decision.ts";

/** The request fields that show what a client is; names lower-case as Node gives them. */
export interface ClientHeaders {
  readonly accept?: string | undefined;
  readonly upgrade?: string | undefined;
  readonly "user-agent"?: string | undefined;
  readonly "x-requested-with"?: string | string[] | undefined;
  readonly "sec-fetch-mode"?: string | string[] | undefined;
  readonly "sec-fetch-dest"?: string | string[] | undefined;
  readonly "sec-fetch-site"?: string | string[] | undefined;
  readonly "sec-fetch-user"?: string | string[] | undefined;
  readonly "sec-websocket-key"?: string | string[] | undefined;
}

/**
 * Classifies a client: a browser that can show a page, an upgrade, or anything else. Auth requests show an upgrade by
 * its key alone.
 */
export function classifyClient(method: string, headers: ClientHeaders): ClientKind {
  if (headers.upgrade !== undefined || headers["sec-websocket-key"] !== undefined) return "upgrade";
  if (method !== "GET" && method !== "HEAD") return "other";
  const mode = headers["sec-fetch-mode"];
  if (mode !== undefined) return mode === "navigate" && allowsHtml(headers.accept) ? "navigation" : "other";
  return isBrowserWithoutSecFetch(headers) ? "navigation" : "other";
}

/** An old browser, or one over plain http, where new ones leave out Sec-Fetch-*. Programs list text/html as well. */
function isBrowserWithoutSecFetch(headers: ClientHeaders): boolean {
  // A browser that sends any of them sends the mode too: one without it is the copy of a script.
  const isCopy = ["sec-fetch-dest", "sec-fetch-site", "sec-fetch-user"] as const;
  if (isCopy.some((name) => headers[name] !== undefined)) return false;
  // A WebView adds the name of its app.
  if (String(headers["x-requested-with"]).toLowerCase() === "xmlhttprequest") return false;
  const { accept, "user-agent": agent } = headers;
  const isPerson = agent === undefined || agent === "" || clientClass(agent, false) === "browser";
  return isPerson && accept !== undefined && prefersHtml(accept);
}
