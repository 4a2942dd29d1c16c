import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { WebSocket } from "ws";
import { type Answer, navigation, request } from "./http.ts";
import { waitUntil } from "./wait-until.ts";
import { elapse } from "./real-time.ts";

/** A host behind a front whose app sleeps. */
export interface Visited {
  /** The front's port. */
  readonly port: number;
  readonly host: string;
  /** The container's name. */
  readonly name: string;
}

/** How often each kind of request is sent to a sleeping app. */
export const ROUNDS = Number(process.env["ROUNDS"] ?? 3);

/** The kinds of requests to a sleeping app; each must end with the app's own response. */
export const visits = {
  "a browser": browse,
  "a GET that waits": (visited) => get(visited),
  "a POST": (visited, round) => POSTS[round % POSTS.length]!(visited),
  "a WebSocket": connect,
  "Java's HTTP client": askForH2c,
} as const satisfies Record<string, (visited: Visited, round: number) => Promise<void>>;

/** Acts like the loading page: gets the page, polls until the app runs, sends a HEAD, and gets the app. */
async function browse({ port, host, name }: Visited): Promise<void> {
  const where = `/deep/link?q=${randomBytes(4).toString("hex")}`;
  const page = await request({ port, host, path: where, headers: navigation });
  assert.equal(page.status, 503, page.text);
  assertOurs(page);
  assert.match(page.headers["content-type"] ?? "", /text\/html/u);
  assert.match(page.headers["retry-after"] ?? "", /^\d+$/u);
  await waitUntil(
    async () => {
      const poll = await request({ port, host, path: `/_health?container=${name}&wait=20s` });
      assert.ok(poll.status === 503 || poll.status === 200 || poll.status === 429, `${poll.status} ${poll.text}`);
      if (poll.status === 429) await elapse(500); // as the page does
      return poll.status !== 429 && poll.json().status === "running";
    },
    30_000,
    "the app to run",
  );
  const head = await request({ port, host, path: where, method: "HEAD" });
  assert.equal(head.status, 200, `HEAD after the wake: ${JSON.stringify(head.headers)}`);
  const app = await request({ port, host, path: where, headers: navigation });
  assert.equal(app.status, 200, app.text);
  assert.match(app.text, /Hello from/u);
  assert.ok(app.text.includes(where.slice(0, 10)));
}

async function get({ port, host }: Visited): Promise<void> {
  const answer = await request({ port, host, path: "/count" });
  assert.equal(answer.status, 200, `${answer.status} ${answer.text}`);
}

const MIB = 1024 * 1024;

const POSTS: readonly ((visited: Visited) => Promise<void>)[] = [
  (visited) => post(visited, randomBytes(MIB), (body) => ({ body })),
  (visited) => post(visited, randomBytes(5 * MIB), (body) => ({ body: Readable.from(slices(body)) })),
  postExpecting,
];

async function post(
  visited: Visited,
  body: Buffer,
  sent: (body: Buffer) => { body: Buffer | Readable },
): Promise<void> {
  const { port, host } = visited;
  const id = randomBytes(8).toString("hex");
  const headers = { "x-request-id": id };
  const answer = await request({ port, host, path: "/echo", method: "POST", headers, ...sent(body) });
  assertWhole(answer.status, answer.text, body);
}

/** Sends the body after the 100, or after a second without one, as curl does. */
function postExpecting({ port, host }: Visited): Promise<void> {
  const body = randomBytes(MIB);
  return new Promise((resolve, reject) => {
    const headers = {
      host,
      expect: "100-continue",
      "content-length": body.length,
      "x-request-id": randomBytes(8).toString("hex"),
    };
    const client = httpRequest({ port, path: "/echo", method: "POST", headers, agent: false });
    const late = setTimeout(send, 1_000);
    function send(): void {
      clearTimeout(late);
      if (!client.writableEnded) client.end(body);
    }
    client.on("continue", send);
    client.on("error", reject);
    client.on("response", (message) => {
      let text = "";
      message.setEncoding("utf8");
      message.on("data", (chunk: string) => (text += chunk));
      message.on("end", () => {
        try {
          assertWhole(message.statusCode ?? 0, text, body);
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    client.flushHeaders();
  });
}

async function connect({ port, host }: Visited): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { host } });
  try {
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const echoed = new Promise((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString())));
    socket.send("are you awake?");
    assert.equal(await echoed, "are you awake?");
  } finally {
    socket.terminate();
  }
}

/** Offers HTTP/2 over plain TCP; an app that gets the offer without its settings answers 400. */
async function askForH2c({ port, host }: Visited): Promise<void> {
  const headers = {
    connection: "Upgrade, HTTP2-Settings",
    upgrade: "h2c",
    "http2-settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
  };
  const answer = await request({ port, host, path: "/count", headers });
  assert.equal(answer.status, 200, `${answer.status} ${answer.text}`);
}

function assertWhole(status: number, text: string, body: Buffer): void {
  assert.equal(status, 200, text);
  const { bytes, sha256, times } = JSON.parse(text) as { bytes: number; sha256: string; times: number };
  const sent = { bytes: body.length, sha256: createHash("sha256").update(body).digest("hex"), times: 1 };
  assert.deepEqual({ bytes, sha256, times }, sent);
}

/** Asserts that a response is ours and not an error of the front. */
function assertOurs(answer: Answer): void {
  assert.ok(answer.headers["x-gateway-code"] !== undefined, `a ${answer.status} that is not ours: ${answer.text}`);
}

function* slices(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 40_000) yield body.subarray(at, at + 40_000);
}
