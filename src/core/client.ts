import { allowsHtml, prefersHtml } from "./accept.ts";
import { clientClass } from "./client-class.ts";
import type { ClientKind } from "./decision.ts";

/** The request fields by which a client is classified; names in lower case, as in Node's `headers`. */
export interface ClientHeaders {
  readonly [name: string]: string | string[] | undefined;
  readonly accept?: string | undefined;
  readonly upgrade?: string | undefined;
  readonly "user-agent"?: string | undefined;
}

/**
 * Classifies a client: a browser that can show a page, an upgrade, or anything else. An auth request does not contain
 * Upgrade, which is hop-by-hop, so that `Sec-WebSocket-Key` alone shows an upgrade there.
 */
export function classifyClient(method: string, headers: ClientHeaders): ClientKind {
  if (headers.upgrade !== undefined || headers["sec-websocket-key"] !== undefined) return "upgrade";
  if (method !== "GET" && method !== "HEAD") return "other";
  const mode = headers["sec-fetch-mode"];
  if (mode !== undefined) return mode === "navigate" && showsHtml(headers) ? "navigation" : "other";
  return isBrowserWithoutSecFetch(headers) ? "navigation" : "other";
}

/**
 * A link with `download` navigates with an empty destination, and the browser would save our page as the file. An
 * `<object>` permanently shows its fallback if the status is not 2xx.
 */
function showsHtml({ accept, "sec-fetch-dest": destination }: ClientHeaders): boolean {
  return destination !== "empty" && destination !== "object" && allowsHtml(accept);
}

/**
 * An old browser, or one that uses plain http, where browsers send no Sec-Fetch-*. Programs accept text/html as well,
 * so other fields have to tell them apart.
 */
function isBrowserWithoutSecFetch(headers: ClientHeaders): boolean {
  if (SCRIPT_FIELDS.some((name) => headers[name] !== undefined)) return false;
  const { "x-requested-with": requestedWith = "" } = headers;
  // A WebView adds the name of its app, such as com.example.app.
  if (requestedWith !== "" && !requestedWith.includes(".")) return false;
  const { accept, "user-agent": agent } = headers;
  const isPerson = agent === undefined || agent === "" || clientClass(agent, false) === "browser";
  return isPerson && accept !== undefined && prefersHtml(accept);
}

/** Fields that a navigation without Sec-Fetch-Mode never contains. */
const SCRIPT_FIELDS = [
  // A browser that sends one of these sends the mode too; without it, a script has copied a browser's fields.
  "sec-fetch-dest",
  "sec-fetch-site",
  "sec-fetch-user",
  // Libraries that fetch the next page, or a part of it, with an Accept like a browser's: Turbo, htmx, Unpoly, Barba, pjax.
  "turbo-frame",
  "x-turbo-request-id",
  "hx-request",
  "x-up-version",
  "x-barba",
  "x-pjax",
];
