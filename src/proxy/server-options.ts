import type { IncomingMessage, ServerOptions } from "node:http";
import { bodyFraming } from "./request-body.ts";
import { MAX_HEADER_BYTES } from "./limits.ts";
import { answerUnderWay } from "./under-way.ts";

/** How the listener treats connections. */
export const SERVER_OPTIONS: ServerOptions = Object.freeze({
  /** Above the 90 s for which Traefik keeps its connections to us. */
  keepAliveTimeout: 95_000,
  /** A head must come within a minute; a body may take as long as it takes. */
  headersTimeout: 60_000,
  requestTimeout: 0,
  maxHeaderSize: MAX_HEADER_BYTES,
  noDelay: true,
  /** Most requests have no body: their streams need not be set in motion. */
  optimizeEmptyRequests: true,
  /**
   * RFC 9110 §7.8: an Upgrade may be ignored. One with a body, or behind a request whose answer is not over, is answered as
   * the plain request that it also is.
   */
  shouldUpgradeCallback: (req: IncomingMessage) =>
    bodyFraming(req) === "none" && answerUnderWay(req.socket) === undefined,
});
