import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { createDetachedResponse, watchAbort } from "../http1/detached-response.ts";
import { switchingHead } from "../http1/format-response-head.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import { requestHead } from "../http1/request-head.ts";
import type { UpstreamConnection, UpstreamUser } from "../http1/upstream-connection.ts";
import type { UpstreamPool } from "../http1/upstream-pool.ts";
import type { Upstream } from "../http1/upstreams.ts";
import { type Shared, Exchange } from "./exchange.ts";
import { NodeClientEnd } from "./node-client-end.ts";
import { failureOf, type ForwardOutcome } from "./outcome.ts";

export interface TunnelRequest {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  /** The bytes after the request; the app gets them after its 101, never before: they might be another request. */
  readonly head: Buffer;
  readonly upstream: Upstream;
  readonly path: string;
  readonly headers: readonly string[];
  readonly extraHeaders?: readonly string[] | undefined;
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

/** An upgrade: the two connections are joined on a 101; any other response is relayed. */
export class Tunnel implements UpstreamUser {
  readonly #request: TunnelRequest;
  readonly #pool: UpstreamPool;
  readonly #shared: Shared;
  readonly #leaving: ReturnType<typeof watchAbort>;
  #connection: UpstreamConnection | undefined;
  /** Relays a response other than 101. */
  #declined: Exchange | undefined;
  #isEnded = false;

  constructor(request: TunnelRequest, pool: UpstreamPool, shared: Shared) {
    this.#request = request;
    this.#pool = pool;
    this.#shared = shared;
    this.#leaving = watchAbort(request.socket);
    shared.ledger.open();
  }

  open(): void {
    const { req, socket, upstream, path, headers } = this.#request;
    this.#leaving.signal.addEventListener("abort", () => this.#leave(), { once: true });
    if (socket.destroyed) return process.nextTick(() => this.#leave());
    this.#connection = this.#pool.fresh(upstream, true);
    const { method = "GET" } = req;
    const fields = [...headers, "Upgrade", req.headers.upgrade ?? ""];
    const head = requestHead(method, path, fields, { hasBody: false, connection: "Upgrade" });
    return this.#connection.send(head, undefined, this, method === "HEAD");
  }

  onInformation(): void {}

  onSwitch(answer: ResponseHead, early: Buffer): void {
    const { socket, head, extraHeaders } = this.#request;
    const upstream = this.#connection?.detach();
    if (upstream === undefined) return;
    this.#leaving.stop();
    socket.write(switchingHead(answer, extraHeaders), "latin1");
    if (early.length > 0) socket.write(early);
    if (head.length > 0) upstream.write(head);
    joinSockets(socket, upstream, () => this.#end({ kind: "done", status: 101 }));
  }

  /**
   * Not a 101: an ordinary response, with which the client's connection ends. Bytes after the request are not read: a
   * front that missed this response might relay for a tunnel what it would otherwise reject.
   */
  onHead(answer: ResponseHead): void {
    const { req, socket, upstream, extraHeaders } = this.#request;
    this.#leaving.stop();
    const res = createDetachedResponse(req, socket as Socket);
    const order = { req, res, extraHeaders, onEnd: (outcome: ForwardOutcome) => this.#end(outcome) };
    const client = new NodeClientEnd(order, this.#shared);
    this.#declined = new Exchange(this.#pool, { upstream, head: "", body: undefined, client, own: this.#connection });
    socket.resume(); // bytes of a protocol that was not agreed upon
    this.#declined.onHead(answer);
  }

  onBody(bytes: Buffer): void {
    this.#declined?.onBody(bytes);
  }

  onRead(): boolean {
    return this.#declined?.onRead() ?? true;
  }

  onEnd(trailers: readonly string[], keepMs: number): void {
    this.#declined?.onEnd(trailers, keepMs);
  }

  onLost(error: Error, sent: boolean): void {
    if (this.#declined !== undefined) return this.#declined.onLost(error, sent);
    return this.#end(failureOf(error, sent));
  }

  /** Closes both connections after an internal error. */
  destroy(): void {
    this.#connection?.destroy();
    this.#request.socket.destroy();
  }

  #leave(): void {
    this.destroy();
    this.#end({ kind: "aborted", status: 0 });
  }

  /** The caller owns the socket of the client again, unless the client has left. */
  #end(outcome: ForwardOutcome): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#leaving.stop();
    this.#shared.ledger.close();
    this.#request.onEnd(outcome);
  }
}

/**
 * Relays bytes both ways at the pace of the slower side until both sides have closed. An end is relayed as an end,
 * while the other direction continues. A broken side breaks the other one.
 */
function joinSockets(client: Duplex, upstream: Socket, onEnd: () => void): void {
  let open = 2;
  for (const [here, there] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    here.on("error", () => {}); // `close` follows
    here.on("close", () => {
      if (!(here.readableEnded && here.writableFinished)) breakOff(there);
      open -= 1;
      if (open === 0) onEnd();
    });
    here.pipe(there);
  }
}

/** Sends a reset where possible, so that a broken stream is not taken for a complete one. */
function breakOff(socket: Duplex): void {
  if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
  else socket.destroy();
}
