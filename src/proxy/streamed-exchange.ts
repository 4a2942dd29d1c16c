import type { Socket } from "node:net";
import type { FieldNames } from "../http1/field-names.ts";
import { bothOf, isolate } from "../core/isolate.ts";
import { forgiveWrites } from "../http1/node-internals.ts";
import { type Destination, openConnection } from "../http1/open-connection.ts";
import { type Exchange, endUpstream } from "./exchange.ts";
import { refusalOf } from "./failure.ts";
import { readResponse } from "../http1/read-response.ts";
import { writeContinue } from "../http1/open-responses.ts";
import { relayAnswer } from "./relay-answer.ts";
import { requestHead } from "../http1/request-head.ts";
import { sendBody } from "../http1/send-body.ts";

interface StreamedRequest {
  readonly exchange: Exchange;
  readonly to: Destination;
  readonly path: string;
  readonly headers: readonly string[];
  /** The part of its body that was already read. */
  readonly begun: Buffer | undefined;
}

/** Sends a request whose body is streamed. */
export type SendStreamed = (request: StreamedRequest) => void;

/** Always on a new connection: a request that cannot be sent twice never uses one that the app may be closing. */
export function createStreamedExchange({ names }: { readonly names: FieldNames }): SendStreamed {
  return ({ exchange, to, path, headers, begun }) => {
    const { req, res } = exchange;
    const giveUp = openConnection(to, (error, connection) => {
      if (error === undefined) isolate(bothOf(req.socket, connection), () => send(connection));
      else endUpstream(exchange, refusalOf(error));
    });
    exchange.abort = () => {
      giveUp();
      endUpstream(exchange, { kind: "aborted", status: 0 });
    };

    function send(connection: Socket): void {
      const { method = "GET" } = req;
      const isChunked = req.headers["transfer-encoding"] !== undefined;
      const framed = isChunked ? [...headers, "Transfer-Encoding", "chunked"] : headers;
      forgiveWrites(connection);
      exchange.abort = () => connection.destroy();
      readResponse(connection, method === "HEAD", relayAnswer(exchange, names, connection));
      // A body that was announced with Expect is not sent before the client gets `100 Continue`.
      if (req.headers.expect !== undefined) writeContinue(res);
      connection.write(requestHead(method, path, framed, { hasBody: isChunked, connection: "close" }), "latin1");
      sendBody(req, connection, { begun, isChunked, names });
    }
  };
}
