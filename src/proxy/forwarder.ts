import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Endpoint } from "../core/observation.ts";
import type { ClientConnection } from "../http1/client-connection.ts";
import { createFieldNames } from "../http1/field-names.ts";
import { authorityOf, bodyFraming, originForm, requestHead } from "../http1/request-head.ts";
import type { SimpleRequest } from "../http1/simple-request.ts";
import { UpstreamPool } from "../http1/upstream-pool.ts";
import { Upstreams } from "../http1/upstreams.ts";
import { ExchangeLedger, Exchange } from "./exchange.ts";
import { createRequestHeaders, receivedRequest } from "./forwarded-fields.ts";
import { createSimpleHead } from "./simple-head.ts";
import { NodeClientEnd } from "./node-client-end.ts";
import { FAILURES, type ForwardOutcome } from "./outcome.ts";
import { gatherBody, streamBody } from "./request-body.ts";
import { SimpleClientEnd } from "./simple-client-end.ts";
import { Tunnel } from "./tunnel.ts";

/** Where a request goes, and what is notified of its end. */
interface Order {
  readonly to: Endpoint;
  /** False: the Host field names the upstream's own address. */
  readonly passHost: boolean;
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

export interface SimpleOrder extends Order {
  readonly request: SimpleRequest;
  readonly body: Buffer | undefined;
  readonly client: ClientConnection;
}

/** The same for a request that may have been held. */
export interface AdmittedOrder extends Order {
  /** Flat `name, value, …`, added to the final response. */
  readonly extraHeaders?: readonly string[] | undefined;
}

export interface ForwardOrder extends AdmittedOrder {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

export interface UpgradeOrder extends AdmittedOrder {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
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
 * Complete requests (no body, or a small one that has arrived) use persistent connections; streamed requests and
 * upgrades use a new one, which is never stale.
 */
export function createForwarder({ isTrusted }: ForwarderDeps): Forwarder {
  const names = createFieldNames();
  const shared = { names, ledger: new ExchangeLedger() };
  const upstreams = new Upstreams();
  const pool = new UpstreamPool();
  const requestHeaders = createRequestHeaders({ names, isTrusted });
  const simpleHead = createSimpleHead(requestHeaders);

  return {
    forward(order) {
      const { req, res, to, passHost } = order;
      const client = new NodeClientEnd(order, shared);
      if (client.hasLeft) return;
      const upstream = upstreams.of(to, passHost ? hostOf(req) : undefined);
      const path = originForm(req.url);
      const framing = bodyFraming(req);
      if (path === undefined || framing === "unsupported") {
        process.nextTick(() => client.fail(FAILURES.protocol));
        return;
      }
      const headers = requestHeaders(receivedRequest(req), upstream.authority, passHost);
      gatherBody(client, framing, ({ bytes, isWhole }) => {
        if (!isWhole && framing === "chunked") headers.push("Transfer-Encoding", "chunked");
        const framed = { hasBody: framing !== "none", connection: isWhole ? "keep-alive" : "close" } as const;
        const head = requestHead(client.method, path, headers, framed);
        const stream = (socket: Socket): void => streamBody({ req, res, begun: bytes, names }, socket);
        const own = isWhole ? undefined : pool.fresh(upstream);
        pool.send(new Exchange(pool, { upstream, head, body: isWhole ? bytes : stream, client, own }));
      });
    },
    forwardSimple(order) {
      const { request, body, to, passHost } = order;
      const upstream = upstreams.of(to, passHost ? request.host : undefined);
      const client = new SimpleClientEnd(order, shared);
      pool.send(new Exchange(pool, { upstream, head: simpleHead(order, upstream), body, client, own: undefined }));
    },
    upgrade(order) {
      const { req, to, passHost } = order;
      const upstream = upstreams.of(to, passHost ? hostOf(req) : undefined);
      const headers = requestHeaders(receivedRequest(req), upstream.authority, passHost);
      new Tunnel({ ...order, upstream, headers, path: originForm(req.url) ?? "/" }, pool, shared).open();
    },
    release: (to) => upstreams.release(to),
    endWithRun: (to) => upstreams.endWithRun(to),
    close() {
      pool.close();
      return shared.ledger.empty();
    },
  };
}

/** Returns the Host field for the app. */
function hostOf({ url, headers }: IncomingMessage): string | undefined {
  return authorityOf(url) ?? headers.host;
}
