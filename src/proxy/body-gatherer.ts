import type { IncomingMessage } from "node:http";
import { isolate } from "../core/isolate.ts";
import type { Exchange } from "./exchange.ts";
import { SMALL_BODY_BYTES } from "../http1/server-options.ts";
import type { BodyFraming } from "../http1/request-head.ts";

/** The part of a body that was read: all of it, or its beginning. */
export interface GatheredBody {
  readonly bytes: Buffer | undefined;
  readonly isWhole: boolean;
}

/**
 * Collects a small body that is arriving, so that it can be sent in one piece and sent again. Calls back after a moment
 * with what there is: a slow body, or one with Expect, is streamed. What was read stays known when the request is
 * forwarded again.
 */
export type GatherBody = (exchange: Exchange, framing: BodyFraming, then: (body: GatheredBody) => void) => void;

export const gatherBody: GatherBody = (exchange, framing, then) => {
  const req: Read = exchange.req;
  const known = req[GATHERED];
  if (known !== undefined) then(known);
  else if (typeof framing !== "number" || framing > SMALL_BODY_BYTES || req.headers.expect !== undefined) then(UNREAD);
  else {
    collect(exchange, framing, (body) => {
      req[GATHERED] = body;
      then(body);
    });
  }
};

/**
 * On the request itself: a WeakMap would keep each body until V8 collects all of its garbage, and make it do so all the
 * time.
 */
const GATHERED = Symbol("gathered body");

type Read = IncomingMessage & { [GATHERED]?: GatheredBody };

/** Nothing was read of it. */
export const UNREAD: GatheredBody = Object.freeze({ bytes: undefined, isWhole: false });
/** There is none. */
export const NO_CONTENT: GatheredBody = Object.freeze({ bytes: undefined, isWhole: true });

/** Longer than the gap between two packets of one request. */
const PATIENCE_MS = 10;

function collect(exchange: Exchange, length: number, then: (body: GatheredBody) => void): void {
  const { req } = exchange;
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
    if (exchange.outcome !== undefined) return; // the client has left
    const isWhole = bytes === length;
    req.off("data", onData);
    if (!isWhole) req.pause();
    then({ bytes: parts.length === 1 ? parts[0] : Buffer.concat(parts), isWhole });
  }

  req.on("data", onData);
  process.nextTick(() => {
    if (bytes < length) late = setTimeout(finish, PATIENCE_MS);
  });
}
