import type { ServerOptions } from "node:http";

/** How long a connection may idle: above the 90 s for which Traefik keeps its connections to us. */
export const KEPT_MS = 95_000;

/** How long a request's head may take. */
export const HEAD_MS = 60_000;

/** Of a request or response head; the 16 KiB of Node are too few for apps with many cookies. */
export const MAX_HEADER_BYTES = 64 * 1024;

/** Bodies up to this size are collected before they are sent, if they arrive quickly. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** Longer than the gap between two packets of one request. */
export const PACKET_GAP_MS = 10;

/** How the listener treats connections. */
export const SERVER_OPTIONS: ServerOptions = Object.freeze({
  keepAliveTimeout: KEPT_MS,
  /** A body may take as long as it takes. */
  headersTimeout: HEAD_MS,
  requestTimeout: 0,
  /** How late a slow head may be noticed; by default node:http checks every 30 s. */
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: MAX_HEADER_BYTES,
  noDelay: true,
  /** A request without a host gets an explanation, not an empty 400. */
  requireHostHeader: false,
  /** Most requests have no body, and need no stream for it. */
  optimizeEmptyRequests: true,
});
