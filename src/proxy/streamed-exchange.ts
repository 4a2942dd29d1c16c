import { request } from "node:http";
import type { Socket } from "node:net";
import type { Endpoint } from "../core/observation.ts";
import type { HeaderNames } from "../core/header-names.ts";
import { isolate } from "../core/isolate.ts";
import { relayInformation } from "./answer.ts";
import { forgiveWrites, openConnection } from "./connect.ts";
import { type Exchange, upstreamOver } from "./exchange.ts";
import { refusalOf } from "./failure.ts";
import { fieldLines } from "./field-lines.ts";
import { MAX_HEADER_BYTES } from "./limits.ts";
import { breakOff, relayAnswer } from "./relay-answer.ts";
import { trailerPairs } from "./trailers.ts";

/** Sends a request whose body comes as it comes; `begun` is what was read of it already. */
export type SendStreamed = (
  exchange: Exchange,
  to: Endpoint,
  path: string,
  headers: readonly string[],
  begun: Buffer | undefined,
) => void;

/**
 * By node:http, which knows how to frame what comes as it comes. The connection is new each time: what cannot be sent
 * twice never goes out on one that the app may just be closing.
 */
export function createStreamedExchange({ names }: { readonly names: HeaderNames }): SendStreamed {
  return (exchange, to, path, headers, begun) => {
    const { req, res } = exchange;
    const giveUp = openConnection(to, (error, connection) => {
      if (error === undefined) isolate(req.socket, () => send(connection));
      else upstreamOver(exchange, refusalOf(error));
    });
    exchange.abort = () => {
      giveUp();
      upstreamOver(exchange, { kind: "gone", status: 0 });
    };

    function send(connection: Socket): void {
      const isChunked = req.headers["transfer-encoding"] !== undefined;
      forgiveWrites(connection);
      const upstream = request({
        createConnection: () => connection,
        method: req.method,
        path,
        headers: [...headers, ...(isChunked ? ["Transfer-Encoding", "chunked"] : []), "Connection", "close"],
        maxHeaderSize: MAX_HEADER_BYTES,
      });
      exchange.abort = () => connection.destroy();
      const broken = (error?: Error): void => {
        connection.destroy();
        breakOff(exchange, error);
      };
      upstream.on("error", broken).on("close", () => broken());
      upstream.on("information", ({ statusCode, statusMessage, rawHeaders }) => {
        if (statusCode !== 100) relayInformation(exchange, statusCode, statusMessage, fieldLines(rawHeaders));
      });
      upstream.on("upgrade", () => broken(new TypeError("an upgrade that nobody asked for")));
      upstream.on("response", (answer) =>
        isolate(req.socket, () => relayAnswer(exchange, names, upstream, answer, connection)),
      );
      // Nobody sends a body that was announced so before it is told that it is welcome.
      if (req.headers.expect !== undefined) res.writeContinue();
      upstream.write("", "latin1"); // flushHeaders would make UTF-8 of bytes that are none
      if (begun !== undefined) upstream.write(begun);
      req.once("end", () => {
        if (isChunked && req.rawTrailers.length > 0) upstream.addTrailers(trailerPairs(names, req.rawTrailers));
      });
      req.pipe(upstream);
    }
  };
}
