import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { answering, rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";

export interface Exchanged {
  /** What the app got. */
  readonly head: string;
  readonly body: string;
  /** What the client got. */
  readonly answer: string;
}

export async function exchange(
  t: TestContext,
  request: string,
  answer: string,
  done: (answer: string) => boolean,
): Promise<Exchanged> {
  const app = await startRawApp(t, answering(answer));
  const proxy = await startProxy(t, { upstream: app.port });
  const client = await rawClient(t, proxy.port, request);
  const got = await client.until(done);
  await proxy.ended(1);
  const [head = "", ...rest] = (app.heard[0] ?? "").split("\r\n\r\n");
  return { head, body: rest.join("\r\n\r\n"), answer: got };
}

export const hasHead = (answer: string): boolean => answer.includes("\r\n\r\n");
export const isOk = (answer: string): boolean => answer.endsWith("\r\n\r\nok");

/** A chunked body without its framing; fails the test when it is not chunked to the end. */
export function dechunk(framed: string): string {
  let rest = framed;
  let body = "";
  while (true) {
    const line = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, line), 16);
    assert.ok(line > 0 && size >= 0, `no chunk in ${JSON.stringify(rest.slice(0, 80))}`);
    if (size === 0) return body;
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 2 + size + 2);
  }
}

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
export const EMPTY = "HTTP/1.1 204 No Content\r\n\r\n";
