import type { ForwardedRequest } from "./front.ts";
import type { Route, Routes } from "../lifecycle/admit/route.ts";

/** A question of the loading page, which comes to us as if it were for the app. */
export interface Poll {
  readonly kind: "health" | "logs";
  /** Whom it is about; `undefined`: nobody we know. */
  readonly route: Route | undefined;
  readonly query: URLSearchParams;
}

/**
 * A poll of our page, or nothing. An app may have a `/_health` of its own: while it is ready only a question that names
 * its host's own container is ours.
 */
export function readPoll({ uri }: ForwardedRequest, path: string, route: Route, { byName }: Routes): Poll | undefined {
  const kind = path === "/_health" ? "health" : path === "/_logs" ? "logs" : undefined;
  if (kind === undefined) return undefined;
  const start = uri.indexOf("?");
  const query = new URLSearchParams(start === -1 ? "" : uri.slice(start + 1));
  const container = query.get("container");
  const about = container === null || container === route.name ? route : byName.get(container);
  const named = container !== null && (about === route || route.members.some(({ name }) => name === container));
  const isReady = route.members.some(({ gate }) => gate !== undefined);
  return named || !isReady ? { kind, route: about, query } : undefined;
}

/** A certificate authority's question (RFC 8555, 8.3) must never wake or wait; a token has no dots, so no way out of it. */
export function isAcmeChallenge(path: string): boolean {
  return ACME.test(path);
}

const ACME = /^\/\.well-known\/acme-challenge\/[\w-]*$/u;
