import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isolate } from "../core/isolate.ts";
import { fieldLines } from "../http1/field-lines.ts";
import { type FieldNames, trailerPairs } from "../http1/field-names.ts";
import { writeContinue } from "../http1/open-responses.ts";
import type { BodyFraming } from "../http1/request-head.ts";
import { PACKET_GAP_MS, SMALL_BODY_BYTES } from "../http1/server-options.ts";

/** The part of a body that was read: all of it, or its beginning. */
export interface GatheredBody {
  readonly bytes: Buffer | undefined;
  readonly isWhole: boolean;
}

/** The client that sends the body. */
interface BodySource {
  readonly req: IncomingMessage;
  readonly isEnded: boolean;
}

/**
 * Collects a small body that is arriving, so that it can be sent in one piece and sent again. Calls back after a moment
 * with what has arrived: a slow body, or one with Expect, is streamed. What was read stays known when the request is
 * forwarded again.
 */
export function gatherBody(client: BodySource, framing: BodyFraming, then: (body: GatheredBody) => void): void {
  const req: Read = client.req;
  const known = req[GATHERED];
  if (framing === "none") then(NO_CONTENT);
  else if (known !== undefined) then(known);
  else if (typeof framing !== "number" || framing > SMALL_BODY_BYTES || req.headers.expect !== undefined) then(UNREAD);
  else {
    collect(client, framing, (body) => {
      req[GATHERED] = body;
      then(body);
    });
  }
}

/**
 * On the request itself: a WeakMap would keep each body until V8 collects all of its garbage, and make it do so all the
 * time.
 */
const GATHERED = Symbol("gathered body");

type Read = IncomingMessage & { [GATHERED]?: GatheredBody };

/** Nothing was read of it. */
const UNREAD: GatheredBody = Object.freeze({ bytes: undefined, isWhole: false });
/** There is none. */
const NO_CONTENT: GatheredBody = Object.freeze({ bytes: undefined, isWhole: true });

function collect(client: BodySource, length: number, then: (body: GatheredBody) => void): void {
  const { req } = client;
  const parts: Buffer[] = [];
  let bytes = 0;
  let late: NodeJS.Timeout | undefined;

  function onData(part: Buffer): void {
    parts.push(part);
    bytes += part.length;
    if (bytes === length) finish();
  }

  function finish(): void {
    isolate(req.socket, goOn);
  }

  function goOn(): void {
    clearTimeout(late);
    if (client.isEnded) return;
    const isWhole = bytes === length;
    req.off("data", onData);
    if (!isWhole) req.pause();
    then({ bytes: parts.length === 1 ? parts[0] : Buffer.concat(parts), isWhole });
  }

  req.on("data", onData);
  process.nextTick(() => {
    if (bytes < length) late = setTimeout(finish, PACKET_GAP_MS);
  });
}

interface Upload {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The part of the body that was already read. */
  readonly begun: Buffer | undefined;
  readonly names: FieldNames;
}

/** Streams the body of a request, at the pace of the slower side. */
export function streamBody({ req, res, begun, names }: Upload, connection: Socket): void {
  const isChunked = req.headers["transfer-encoding"] !== undefined;

  function send(piece: Buffer): void {
    if (!connection.writable) return; // the app has answered already, or has left
    if (isChunked) {
      connection.cork();
      connection.write(`${piece.length.toString(16)}\r\n`, "latin1");
      connection.write(piece);
      connection.write("\r\n", "latin1");
      connection.uncork();
    } else connection.write(piece);
    if (connection.writableNeedDrain) req.pause();
  }

  function sendEnd(): void {
    const trailers = trailerPairs(names, req.rawTrailers).flat();
    connection.write(`0\r\n${fieldLines(trailers)}\r\n`, "latin1");
  }

  // A body that was announced with Expect is not sent before the client gets `100 Continue`.
  if (req.headers.expect !== undefined) writeContinue(res);
  if (begun !== undefined) send(begun);
  const goOn = (): void => isolate(req.socket, () => void req.resume());
  connection.on("drain", goOn).on("close", goOn);
  req.on("data", (piece: Buffer) => isolate(req.socket, () => send(piece)));
  req.once("end", () => {
    if (isChunked && connection.writable) isolate(req.socket, sendEnd);
  });
  if (!connection.writableNeedDrain) goOn();
}
