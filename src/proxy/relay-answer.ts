import type { Socket } from "node:net";
import { bothOf, isolate } from "../core/isolate.ts";
import type { FieldNames } from "../http1/field-names.ts";
import { stopReading } from "../http1/end-with-response.ts";
import type { ResponseHandler } from "../http1/read-response.ts";
import type { Exchange } from "./exchange.ts";
import { FAILURES, failureOf } from "./failure.ts";
import { NodeClientEnd } from "./node-client-end.ts";

/** Relays the response on a connection of its own, and ends the exchange with it. */
export function relayAnswer(exchange: Exchange, names: FieldNames, connection: Socket): ResponseHandler {
  const { req, res } = exchange;
  const client = new NodeClientEnd(exchange, names);
  const both = bothOf(req.socket, connection);
  return {
    destroy: both.destroy,
    onInformation(head) {
      if (head.status !== 100) client.writeInformation(head);
    },
    onHead(head) {
      client.writeHead(head);
      process.nextTick(() => isolate(both, () => client.flush()));
      res.on("drain", () => isolate(both, () => connection.resume()));
    },
    onBody(bytes) {
      client.writeBody(bytes);
      client.flush();
      // What the system took at once need not be waited for.
      if (res.writableNeedDrain && res.writableLength > 0) connection.pause();
    },
    onEnd(trailers) {
      client.end(trailers);
      connection.destroy(); // the rest of an upload has no reader any more
    },
    onBroken(error) {
      if (exchange.outcome !== undefined) return;
      if (exchange.clientEnded) client.fail({ kind: "aborted", status: client.status });
      else if (client.status !== 0) client.cut();
      else {
        if (!req.complete) stopReading(req, res);
        client.fail(error === undefined ? FAILURES.reset : failureOf(error));
      }
    },
  };
}
