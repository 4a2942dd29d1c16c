import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { watchAbort } from "../http1/detached-response.ts";
import { endWithResponse } from "../http1/end-with-response.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import type { LeaseKind } from "../lifecycle/workload/parts/use.ts";
import type { Answer } from "../respond/answer.ts";
import { rawAnswer, writeAnswer } from "../respond/write-answer.ts";
import type { AdmittedOrder, Forwarder } from "./forwarder.ts";

/** A request to admit, for the first time or again, and everything in which an upgrade differs from other requests. */
export interface Arrival {
  readonly route: Route;
  readonly req: IncomingMessage;
  readonly leaseKind: LeaseKind;
  /** The client's connection. */
  readonly connection: Duplex;
  /** The client has left. */
  readonly isAbandoned: boolean;
  /** How often it has been admitted. */
  tries: number;
  /** Watches for the client to leave, until `stop`. */
  watch(): { readonly signal: AbortSignal; stop(): void };
  forward(forwarder: Forwarder, order: AdmittedOrder): void;
  respond(answer: Answer, extraHeaders: readonly string[]): void;
  /** Ends what a client has left behind. */
  abandon(): void;
}

/** Any request except an upgrade. */
export class RequestArrival implements Arrival {
  readonly route: Route;
  readonly req: IncomingMessage;
  readonly leaseKind = "request";
  tries = 1;
  readonly #res: ServerResponse;

  constructor(route: Route, req: IncomingMessage, res: ServerResponse) {
    this.route = route;
    this.req = req;
    this.#res = res;
  }

  get connection(): Duplex {
    return this.req.socket;
  }

  get isAbandoned(): boolean {
    return this.#res.destroyed;
  }

  watch(): { readonly signal: AbortSignal; stop(): void } {
    const leaving = new AbortController();
    const leave = (): void => leaving.abort();
    this.#res.once("close", leave);
    return { signal: leaving.signal, stop: () => void this.#res.off("close", leave) };
  }

  forward(forwarder: Forwarder, order: AdmittedOrder): void {
    forwarder.forward({ ...order, req: this.req, res: this.#res });
  }

  respond(answer: Answer, extraHeaders: readonly string[]): void {
    writeAnswer(this.#res, answer, this.req.method, extraHeaders);
  }

  abandon(): void {}
}

/** An upgrade, whose connection node:http has detached. */
export class UpgradeArrival implements Arrival {
  readonly route: Route;
  readonly req: IncomingMessage;
  readonly leaseKind = "tunnel";
  readonly connection: Duplex;
  tries = 1;
  readonly #head: Buffer;

  constructor(route: Route, req: IncomingMessage, connection: Duplex, head: Buffer) {
    this.route = route;
    this.req = req;
    this.connection = connection;
    this.#head = head;
  }

  get isAbandoned(): boolean {
    return this.connection.destroyed;
  }

  watch(): { readonly signal: AbortSignal; stop(): void } {
    return watchAbort(this.connection);
  }

  forward(forwarder: Forwarder, order: AdmittedOrder): void {
    forwarder.upgrade({ ...order, req: this.req, socket: this.connection, head: this.#head });
  }

  respond(answer: Answer, extraHeaders: readonly string[]): void {
    endWithResponse(this.connection, rawAnswer(answer, extraHeaders));
  }

  abandon(): void {
    this.connection.destroy(); // so far only the client has ended it
  }
}
