import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";
import { waitUntil } from "./wait-until.ts";

/** A received message. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  json(): any;
}

/** A server that receives webhooks. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves when this many messages have arrived. */
  arrived(count: number): Promise<void>;
}

/**
 * Starts a receiver; `answer` returns the response to the n-th message (from 0), default 204. It is closed after the
 * test.
 */
export async function startReceiver(
  t: TestContext,
  answer: (res: ServerResponse, nth: number) => void = (res) => void res.writeHead(204).end(),
): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      const { method = "", url: path = "", headers } = req;
      received.push({ method, path, headers, body, json: () => JSON.parse(body) });
      answer(res, received.length - 1);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    arrived: (count) => waitUntil(() => received.length >= count, 5_000, `message ${count}`).then(() => {}),
  };
}
