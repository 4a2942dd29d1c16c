import type { ForwardedRequest } from "./front.ts";
import type { Route, Routes } from "../lifecycle/admit/route.ts";

/** A poll of the loading page, which is sent to the app's host. */
export interface Poll {
  readonly kind: "health" | "logs";
  /** The route that it is about; `undefined`: unknown. */
  readonly route: Route | undefined;
  readonly query: URLSearchParams;
}

/**
 * Returns a poll of our page, or `undefined`. The app may have its own `/_health`, so while it is ready only a poll
 * that names the container of its host is ours.
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

/** Returns true for an ACME challenge (RFC 8555 §8.3), which must neither wake nor wait. Tokens contain no dots. */
export function isAcmeChallenge(path: string): boolean {
  return ACME.test(path);
}

const ACME = /^\/\.well-known\/acme-challenge\/[\w-]*$/u;
