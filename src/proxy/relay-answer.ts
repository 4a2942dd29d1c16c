import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { HeaderNames } from "../core/header-names.ts";
import { isolate } from "../core/isolate.ts";
import { sortFields } from "./answer-fields.ts";
import { cutAnswer, endAnswer, flushHead, relayChunk, startAnswer } from "./answer.ts";
import { type Exchange, upstreamOver } from "./exchange.ts";
import { FAILURES, failureOf } from "./failure.ts";
import { stopReading } from "./linger.ts";

/** Relays the answer of a node:http request that has a connection of its own, and ends the exchange with it. */
export function relayAnswer(
  exchange: Exchange,
  names: HeaderNames,
  upstream: ClientRequest,
  answer: IncomingMessage,
  connection: Socket,
): void {
  const { res } = exchange;
  const { httpVersionMajor, statusCode = 0, statusMessage = "", rawHeaders } = answer;
  const broken = (error?: Error): void => {
    connection.destroy();
    breakOff(exchange, error);
  };
  upstream.on("error", broken).on("close", () => broken());
  try {
    // node:http takes a status line of HTTP/2.0 as well.
    const isSayable =
      httpVersionMajor === 1 && startAnswer(exchange, statusCode, statusMessage, sortFields(rawHeaders));
    if (!isSayable) throw new TypeError("an answer that HTTP cannot say");
  } catch (error) {
    broken(error as Error);
    return;
  }
  process.nextTick(flushHead, exchange);
  const { socket } = exchange.req;
  answer.on("data", (chunk: Buffer) =>
    isolate(socket, () => {
      if (!relayChunk(exchange, chunk)) answer.pause();
    }),
  );
  res.on("drain", () => answer.resume());
  answer.on("end", () => {
    isolate(socket, () => endAnswer(exchange, names, answer.rawTrailers));
    upstreamOver(exchange, { kind: "done", status: statusCode });
    connection.destroy(); // an upload that still goes on is of no use to anybody
  });
  answer.on("error", broken);
}

/** The upstream is gone before its answer was whole. */
export function breakOff(exchange: Exchange, error: Error | undefined): void {
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
