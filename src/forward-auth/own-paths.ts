import type { ForwardedRequest } from "./front.ts";
import type { Route, Routes } from "../lifecycle/admit/route.ts";

/** A poll of the loading page, which arrives as if it were for the app. */
export interface Poll {
  readonly kind: "health" | "logs";
  /** Its subject; `undefined`: unknown. */
  readonly route: Route | undefined;
  readonly query: URLSearchParams;
}

/**
 * Returns a poll of our page, or nothing. An app may have a `/_health` of its own: while it is ready, only a poll that
 * names the container of its host is ours.
 */
export function readPoll(
  { uri }: ForwardedRequest,
  path: string,
  route: Route,
  { named: find }: Routes,
): Poll | undefined {
  const kind = path === "/_health" ? "health" : path === "/_logs" ? "logs" : undefined;
  if (kind === undefined) return undefined;
  const start = uri.indexOf("?");
  const query = new URLSearchParams(start === -1 ? "" : uri.slice(start + 1));
  const container = query.get("container");
  const about = container === null || container === route.name ? route : find(container);
  const named = container !== null && (about === route || route.members.some(({ name }) => name === container));
  const isReady = route.memberPorts.some(({ port }) => port.gate !== undefined);
  return named || !isReady ? { kind, route: about, query } : undefined;
}

/** An ACME challenge (RFC 8555, 8.3) must never wake or wait; a token has no dots, so no path traversal. */
export function isAcmeChallenge(path: string): boolean {
  return ACME.test(path);
}

const ACME = /^\/\.well-known\/acme-challenge\/[\w-]*$/u;
