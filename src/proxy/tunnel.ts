import { type ClientRequest, type IncomingMessage, request, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Endpoint } from "../core/observation.ts";
import type { HeaderNames } from "../core/header-names.ts";
import { isolate } from "../core/isolate.ts";
import { watchLeaving } from "./client-leaving.ts";
import { openConnection } from "./connect.ts";
import { closeInLedger, type ExchangeLedger, type ForwardOutcome, openExchange } from "./exchange.ts";
import { FAILURES, failureOf, refusalOf } from "./failure.ts";
import { joinSockets } from "./join-sockets.ts";
import { MAX_HEADER_BYTES } from "./limits.ts";
import { relayAnswer } from "./relay-answer.ts";
import { switchingHead, upgradeHeaders } from "./upgrade-headers.ts";

export interface TunnelOrder {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent behind its request. The app gets it when it has agreed, never before: it might be a request. */
  readonly head: Buffer;
  readonly to: Endpoint;
  readonly path: string;
  readonly headers: readonly string[];
  readonly extraHeaders: readonly string[] | undefined;
  readonly ledger: ExchangeLedger;
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

/** Asks an app for an upgrade and joins the two connections when it agrees; any other answer is relayed as such. */
export function createTunnel({ names }: { readonly names: HeaderNames }): (order: TunnelOrder) => void {
  return ({ req, socket, head, to, path, headers, extraHeaders, ledger, onEnd }) => {
    ledger.open += 1;
    const leaving = watchLeaving(socket);
    let abort = (): void => {};
    let isOver = false;

    /** The caller has the client's socket again, unless the client has left. */
    function end(outcome: ForwardOutcome): void {
      if (isOver) return;
      isOver = true;
      leaving.stop();
      closeInLedger(ledger);
      onEnd(outcome);
    }

    function leave(): void {
      abort();
      socket.destroy();
      end({ kind: "gone", status: 0 });
    }

    function ask(connection: Socket): void {
      const upstream = request({
        createConnection: () => connection,
        method: req.method,
        path,
        headers: upgradeHeaders(req, headers),
        maxHeaderSize: MAX_HEADER_BYTES,
      });
      abort = () => connection.destroy();
      const fail = (error?: Error): void => {
        connection.destroy();
        end(error === undefined ? FAILURES.reset : failureOf(error));
      };
      upstream.on("error", fail).on("close", fail);
      upstream.on("upgrade", (answer, _connection, early) => {
        upstream.off("error", fail).off("close", fail);
        leaving.stop();
        socket.write(switchingHead(answer, extraHeaders), "latin1");
        socket.write(early);
        connection.write(head);
        joinSockets(socket, connection, () => end({ kind: "done", status: 101 }));
      });
      upstream.on("response", (answer) => {
        upstream.off("error", fail).off("close", fail);
        leaving.stop();
        isolate(socket, () => decline(upstream, answer, connection));
      });
      upstream.end();
    }

    /** Not 101: an answer like any other, after which the connection is of no use. */
    function decline(upstream: ClientRequest, answer: IncomingMessage, connection: Socket): void {
      const res = new ServerResponse(req);
      res.shouldKeepAlive = false;
      res.assignSocket(socket as Socket);
      const exchange = openExchange(req, res, extraHeaders, ledger, end);
      exchange.abort = () => connection.destroy();
      // What the server does for its own responses.
      socket.on("drain", () => res.emit("drain"));
      res.on("finish", () => {
        res.detachSocket(socket as Socket);
        (socket as Socket).destroySoon();
        res.emit("close");
      });
      socket.resume(); // bytes of a protocol that was not agreed upon
      relayAnswer(exchange, names, upstream, answer, connection);
    }

    leaving.signal.addEventListener("abort", leave, { once: true });
    if (socket.destroyed) {
      process.nextTick(leave);
      return;
    }
    abort = openConnection(to, (error, connection) => {
      if (error === undefined) isolate(socket, () => ask(connection));
      else end(refusalOf(error));
    });
  };
}
