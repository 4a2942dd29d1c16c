import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Endpoint } from "../core/observation.ts";
import type { SimpleRequest } from "../http1/simple-request.ts";
import { createFieldNames } from "../http1/field-names.ts";
import { gatherBody, type GatheredBody, NO_CONTENT, UNREAD } from "./body-gatherer.ts";
import type { ClientConnection } from "../http1/client-connection.ts";
import { type ExchangeLedger, type ForwardOutcome, isEnded, openExchange, endUpstream } from "./exchange.ts";
import { FAILURES } from "./failure.ts";
import { bodyFraming, requestHead, authorityOf, originForm } from "../http1/request-head.ts";
import { receivedRequest, createRequestHeaders } from "./forwarded-fields.ts";
import { createStreamedExchange } from "./streamed-exchange.ts";
import { createTunnel } from "./tunnel.ts";
import { UpstreamPool } from "../http1/upstream-pool.ts";
import { NodeClientEnd } from "./node-client-end.ts";
import { sendPooled } from "./pooled-exchange.ts";
import { createSimpleHead } from "./simple-head.ts";
import { SimpleClientEnd } from "./simple-client-end.ts";

export type { ForwardOutcome } from "./exchange.ts";

/** Where a request goes, and what is notified of its end. */
interface Order {
  readonly to: Endpoint;
  /** False: the Host field names the upstream's own address. */
  readonly passHost: boolean;
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

export interface ForwardOrder extends Order {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Flat `name, value, …`, added to the final response. */
  readonly extraHeaders?: readonly string[] | undefined;
}

export interface SimpleOrder extends Order {
  readonly request: SimpleRequest;
  readonly body: Buffer | undefined;
  readonly client: ClientConnection;
}

export interface UpgradeOrder extends Order {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly extraHeaders?: readonly string[] | undefined;
}

/**
 * Forwards requests to an endpoint and relays responses. `onEnd` is called exactly once, never before the call has
 * returned.
 */
export interface Forwarder {
  /**
   * After `refused` nothing was written to `res` and nothing of the body is lost: the caller forwards again or
   * responds. After `failed` nothing was written either; the caller responds.
   */
  forward(order: ForwardOrder): void;
  /** The same for a simple request on its client connection; after `refused` and `failed` it has no response yet. */
  forwardSimple(order: SimpleOrder): void;
  /** The same for an upgrade: `refused` and `failed` leave the client's socket open and untouched. */
  upgrade(order: UpgradeOrder): void;
  /** Closes the idle connections of an endpoint that is going away; those in use end with their exchange. */
  release(to: Endpoint): void;
  /** Ends the exchanges of a run that has ended, unless their response has already arrived. */
  endWithRun(to: Endpoint): void;
  /** Closes every idle connection; resolves when the last exchange and tunnel have ended. */
  close(): Promise<void>;
}

export interface ForwarderDeps {
  /** Whether forwarded fields from this peer are trusted (`trusted_proxies`). */
  isTrusted(address: string): boolean;
}

/**
 * Complete requests (no body, or a small one that has arrived) use persistent connections; streamed requests use a new
 * one, which is never stale.
 */
export function createForwarder({ isTrusted }: ForwarderDeps): Forwarder {
  const ledger: ExchangeLedger = { open: 0, waiting: [] };
  const names = createFieldNames();
  const shared = { names, ledger };
  const upstreams = new UpstreamPool();
  const requestHeaders = createRequestHeaders({ names, isTrusted });
  const simpleHead = createSimpleHead(requestHeaders);
  const sendStreamed = createStreamedExchange({ names });
  const tunnel = createTunnel({ names });

  return {
    forward({ req, res, to, passHost, extraHeaders, onEnd }) {
      const exchange = openExchange({ req, res, extraHeaders, ledger, onEnd });
      if (isEnded(exchange)) return;
      const upstream = upstreams.of(to, passHost ? hostOf(req) : undefined);
      const path = originForm(req.url);
      const framing = bodyFraming(req);
      if (path === undefined || framing === "unsupported") {
        process.nextTick(endUpstream, exchange, FAILURES.protocol);
        return;
      }
      const headers = requestHeaders(receivedRequest(req), upstream.authority, passHost);
      const send = ({ bytes, isWhole }: GatheredBody): void => {
        if (!isWhole) return sendStreamed({ exchange, to: upstream, path, headers, begun: bytes });
        const client = new NodeClientEnd(exchange, names);
        const head = requestHead(client.method, path, headers, {
          hasBody: bytes !== undefined,
          connection: "keep-alive",
        });
        return sendPooled(upstreams, { upstream, head, body: bytes, client });
      };
      if (path === "*") send(UNREAD);
      else if (framing === "none") send(NO_CONTENT);
      else gatherBody(exchange, framing, send);
    },
    forwardSimple(order) {
      const { request, body, to, passHost } = order;
      const upstream = upstreams.of(to, passHost ? request.host : undefined);
      const client = new SimpleClientEnd(order, shared);
      sendPooled(upstreams, { upstream, head: simpleHead(order, upstream), body, client });
    },
    upgrade({ req, socket, head, to, passHost, extraHeaders, onEnd }) {
      const upstream = upstreams.of(to, passHost ? hostOf(req) : undefined);
      const headers = requestHeaders(receivedRequest(req), upstream.authority, passHost);
      const path = originForm(req.url) ?? "/";
      tunnel({ req, socket, head, to: upstream, path, headers, extraHeaders, ledger, onEnd });
    },
    release: (to) => upstreams.release(to),
    endWithRun: (to) => upstreams.endWithRun(to),
    close() {
      upstreams.close();
      return ledger.open === 0 ? Promise.resolve() : new Promise((resolve) => ledger.waiting.push(resolve));
    },
  };
}

/** Returns the Host field for the app. */
function hostOf({ url, headers }: IncomingMessage): string | undefined {
  return authorityOf(url) ?? headers.host;
}
