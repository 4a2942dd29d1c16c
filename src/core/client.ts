import { allowsHtml, prefersHtml } from "./accept.ts";
import { clientClass } from "./client-class.ts";
import type { ClientKind } from "./decision.ts";

/** The request fields that show what a client is; names lower-case as Node gives them. */
export interface ClientHeaders {
  readonly [name: string]: string | string[] | undefined;
  readonly accept?: string | undefined;
  readonly upgrade?: string | undefined;
  readonly "user-agent"?: string | undefined;
}

/**
 * Classifies a client: a browser that can show a page, an upgrade, or anything else. Auth requests show an upgrade by
 * its key alone.
 */
export function classifyClient(method: string, headers: ClientHeaders): ClientKind {
  if (headers.upgrade !== undefined || headers["sec-websocket-key"] !== undefined) return "upgrade";
  if (method !== "GET" && method !== "HEAD") return "other";
  const mode = headers["sec-fetch-mode"];
  if (mode !== undefined) return mode === "navigate" && showsHtml(headers) ? "navigation" : "other";
  return isBrowserWithoutSecFetch(headers) ? "navigation" : "other";
}

/**
 * A link with `download` navigates with an empty destination: the browser would save the page as the file. An `<object>`
 * shows its fallback, for good, where the status is no 2xx.
 */
function showsHtml({ accept, "sec-fetch-dest": destination }: ClientHeaders): boolean {
  return destination !== "empty" && destination !== "object" && allowsHtml(accept);
}

/** An old browser, or one over plain http, where new ones leave out Sec-Fetch-*. Programs list text/html as well. */
function isBrowserWithoutSecFetch(headers: ClientHeaders): boolean {
  if (SCRIPT_FIELDS.some((name) => headers[name] !== undefined)) return false;
  const { "x-requested-with": requestedWith = "" } = headers;
  // A WebView adds the name of its app, such as com.example.app.
  if (requestedWith !== "" && !requestedWith.includes(".")) return false;
  const { accept, "user-agent": agent } = headers;
  const isPerson = agent === undefined || agent === "" || clientClass(agent, false) === "browser";
  return isPerson && accept !== undefined && prefersHtml(accept);
}

/** A navigation has none of these. */
const SCRIPT_FIELDS = [
  // A browser that sends any of them sends the mode too: one without it is the copy of a script.
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
