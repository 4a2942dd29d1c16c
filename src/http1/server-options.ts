import type { ServerOptions } from "node:http";
import { MAX_HEADER_BYTES } from "./limits.ts";

/** How long a connection may idle: above the 90 s for which Traefik keeps its connections to us. */
export const KEPT_MS = 95_000;
/** How long a request's head may take. */
export const HEAD_MS = 60_000;

/** How the listener treats connections. */
export const SERVER_OPTIONS: ServerOptions = Object.freeze({
  keepAliveTimeout: KEPT_MS,
  /** A body may take as long as it takes. */
  headersTimeout: HEAD_MS,
  requestTimeout: 0,
  /** How late a head that takes too long may be noticed; node:http looks every 30 s by itself. */
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: MAX_HEADER_BYTES,
  noDelay: true,
  /** A request without a host gets an explanation, not an empty 400. */
  requireHostHeader: false,
  /** Most requests have no body: their streams need not be set in motion. */
  optimizeEmptyRequests: true,
});
