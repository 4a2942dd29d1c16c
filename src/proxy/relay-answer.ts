import type { Socket } from "node:net";
import { bothOf, isolate } from "../core/isolate.ts";
import type { FieldNames } from "../http1/field-names.ts";
import { cutAnswer, endAnswer, flushHead, relayChunk, relayInformation, startAnswer } from "./answer.ts";
import { type Exchange, upstreamOver } from "./exchange.ts";
import { FAILURES, failureOf } from "./failure.ts";
import { InvalidResponse } from "../http1/field-lines.ts";
import { stopReading } from "../http1/linger.ts";
import type { ResponseHandler } from "../http1/read-response.ts";

/** Relays the answer that an exchange gets on a connection of its own, and ends the exchange with it. */
export function relayAnswer(exchange: Exchange, names: FieldNames, connection: Socket): ResponseHandler {
  const both = bothOf(exchange.req.socket, connection);
  return {
    destroy: both.destroy,
    onInformation({ status, reason, fields }) {
      if (status !== 100) relayInformation(exchange, status, reason, fields.lines);
    },
    onHead({ status, reason, fields }) {
      if (!startAnswer(exchange, status, reason, fields)) throw new InvalidResponse("an answer that HTTP cannot say");
      process.nextTick(() => isolate(both, () => flushHead(exchange)));
      exchange.res.on("drain", () => isolate(both, () => connection.resume()));
    },
    onBody(bytes) {
      if (!relayChunk(exchange, bytes)) connection.pause();
    },
    onEnd(trailers) {
      endAnswer(exchange, names, trailers);
      upstreamOver(exchange, { kind: "done", status: exchange.status });
      connection.destroy(); // an upload that still goes on is of no use to anybody
    },
    onBroken: (error) => breakOff(exchange, error),
  };
}

/** The upstream is gone before its answer was whole. */
function breakOff(exchange: Exchange, error: Error | undefined): void {
  if (exchange.outcome !== undefined) return;
  const { status, req, res } = exchange;
  if (exchange.clientOver) upstreamOver(exchange, { kind: "gone", status });
  else if (status !== 0) {
    upstreamOver(exchange, { kind: "cut", status });
    cutAnswer(exchange);
  } else {
    if (!req.complete) stopReading(req, res);
    upstreamOver(exchange, error === undefined ? FAILURES.reset : failureOf(error));
  }
}
