import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FieldNames } from "../http1/field-names.ts";
import { isolate } from "../core/isolate.ts";
import { watchAbort, createDetachedResponse } from "../http1/detached-response.ts";
import { type Destination, openConnection } from "../http1/open-connection.ts";
import { closeInLedger, type ExchangeLedger, type ForwardOutcome, openExchange } from "./exchange.ts";
import { FAILURES, failureOf, refusalOf } from "./failure.ts";
import { type ResponseHandler, readResponse } from "../http1/read-response.ts";
import { relayAnswer } from "./relay-answer.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import { fieldLines, flatFields } from "../http1/field-lines.ts";
import { TLSSocket } from "node:tls";

export interface TunnelOrder {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  /**
   * Bytes after the head of the request. The app gets them after its 101, never before: they might be another request.
   */
  readonly head: Buffer;
  readonly to: Destination;
  readonly path: string;
  readonly headers: readonly string[];
  readonly extraHeaders: readonly string[] | undefined;
  readonly ledger: ExchangeLedger;
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

/** Requests an upgrade from an app and joins the two connections on a 101; any other response is relayed. */
export function createTunnel({ names }: { readonly names: FieldNames }): (order: TunnelOrder) => void {
  return (order) => new Tunnel(order, names).open();
}

class Tunnel {
  readonly #order: TunnelOrder;
  readonly #names: FieldNames;
  readonly #leaving: ReturnType<typeof watchAbort>;
  #abort = (): void => {};
  #isEnded = false;

  constructor(order: TunnelOrder, names: FieldNames) {
    this.#order = order;
    this.#names = names;
    this.#leaving = watchAbort(order.socket);
    order.ledger.open += 1;
  }

  open(): void {
    const { socket, to } = this.#order;
    const leave = (): void => this.#leave();
    this.#leaving.signal.addEventListener("abort", leave, { once: true });
    if (socket.destroyed) {
      process.nextTick(leave);
      return;
    }
    this.#abort = openConnection(to, (error, connection) => {
      if (error === undefined) isolate(socket, () => this.#ask(connection));
      else this.#end(refusalOf(error));
    });
  }

  #ask(connection: Socket): void {
    const { req, socket, head, path, headers, extraHeaders } = this.#order;
    this.#abort = () => connection.destroy();
    let declined: ResponseHandler | undefined;
    const stop = readResponse(connection, req.method === "HEAD", {
      onInformation() {},
      onSwitch: (answer, early) => {
        stop();
        this.#leaving.stop();
        socket.write(switchingHead(answer, extraHeaders), "latin1");
        if (early.length > 0) socket.write(early);
        if (head.length > 0) connection.write(head);
        joinSockets(socket, connection, () => this.#end({ kind: "done", status: 101 }));
      },
      onHead: (answer) => {
        declined = this.#decline(connection);
        declined.onHead(answer);
      },
      onBody: (bytes) => declined?.onBody(bytes),
      onEnd: (trailers, keepMs) => declined?.onEnd(trailers, keepMs),
      onBroken: (error) => {
        if (declined !== undefined) declined.onBroken(error);
        else this.#end(error === undefined ? FAILURES.reset : failureOf(error));
      },
      destroy: () => void socket.destroy(),
    });
    connection.write(upgradeHead(req, path, headers), "latin1");
  }

  /**
   * Not a 101: an ordinary response, with which the client's connection ends. Bytes after the request are not read: a
   * front that missed this response might relay for a tunnel what it would otherwise reject.
   */
  #decline(connection: Socket): ResponseHandler {
    const { req, socket, extraHeaders, ledger } = this.#order;
    this.#leaving.stop();
    const res = createDetachedResponse(req, socket as Socket);
    const onEnd = (outcome: ForwardOutcome): void => this.#end(outcome);
    const exchange = openExchange({ req, res, extraHeaders, ledger, onEnd });
    exchange.abort = () => connection.destroy();
    socket.resume(); // bytes of a protocol that was not agreed upon
    return relayAnswer(exchange, this.#names, connection);
  }

  #leave(): void {
    this.#abort();
    this.#order.socket.destroy();
    this.#end({ kind: "aborted", status: 0 });
  }

  /** The caller owns the socket of the client again, unless the client has left. */
  #end(outcome: ForwardOutcome): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#leaving.stop();
    closeInLedger(this.#order.ledger);
    this.#order.onEnd(outcome);
  }
}

/** Formats the head of the request for the app, with the fields that an upgrade needs and `requestHeaders` removed. */
function upgradeHead(
  { method, headers: { upgrade } }: IncomingMessage,
  path: string,
  headers: readonly string[],
): string {
  const asking = [...headers, "Connection", "Upgrade", "Upgrade", upgrade ?? ""];
  const isFramed = headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === "content-length");
  if (!isFramed && method !== "GET") asking.push("Content-Length", "0");
  return `${method} ${path} HTTP/1.1\r\n${fieldLines(asking)}\r\n`;
}

/** Formats the 101 of the app for the client, with letter case and order unchanged. */
function switchingHead({ reason, fields }: ResponseHead, extra: readonly string[] = []): string {
  const kept = flatFields(fields.forClient(false));
  const upgrade = fields.upgrade === undefined ? [] : ["Upgrade", fields.upgrade];
  let head = `HTTP/1.1 101 ${reason}\r\nConnection: Upgrade\r\n${fieldLines(upgrade)}`;
  for (let at = 0; at + 1 < kept.length; at += 2) {
    if (kept[at]?.toLowerCase() !== "content-length") head += `${kept[at]}: ${kept[at + 1]}\r\n`;
  }
  return `${head}${fieldLines(extra)}\r\n`;
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
    here.on("error", ignore); // `close` follows
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

function ignore(): void {}
