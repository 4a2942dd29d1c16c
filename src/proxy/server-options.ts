import type { IncomingMessage, ServerOptions } from "node:http";
import { bodyFraming } from "./request-body.ts";
import { MAX_HEADER_BYTES } from "./limits.ts";
import { answerUnderWay } from "./under-way.ts";

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
  maxHeaderSize: MAX_HEADER_BYTES,
  noDelay: true,
  /** Who names no host is told so, instead of getting an empty 400. */
  requireHostHeader: false,
  /** Most requests have no body: their streams need not be set in motion. */
  optimizeEmptyRequests: true,
  /**
   * RFC 9110 §7.8: an Upgrade may be ignored. One with a body, or behind a request whose answer is not over, is answered as
   * the plain request that it also is.
   */
  shouldUpgradeCallback: (req: IncomingMessage) =>
    bodyFraming(req) === "none" && answerUnderWay(req.socket) === undefined,
});
