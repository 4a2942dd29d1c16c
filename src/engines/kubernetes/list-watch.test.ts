import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { waitUntil } from "../../../test/support/wait-until.ts";
import type { EngineError } from "../../lifecycle/ports.ts";
import type { Metadata } from "./api-types.ts";
import { createKubernetesClient } from "./client.ts";
import { listAndWatch, type WatchTimes } from "./list-watch.ts";

const TIMES: WatchTimes = { silenceMs: 60_000, relistMs: 600_000, firstPauseMs: 1, doubtMs: 3_000 };

test("what is too old to be watched is listed again, after an event or a status", async (t) => {
  const api = await startApi(t);
  const seen = follow(t, api.url);
  const first = await api.list("10", ["a"]);
  const watch = await api.next("watch");
  assert.match(first, /limit=100/);
  assert.match(watch.url, /resourceVersion=10&?/);
  watch.send({ type: "ERROR", object: { kind: "Status", reason: "Expired", code: 410 } });
  await api.list("20", ["a", "b"]);
  (await api.next("watch")).refuse(410, { kind: "Status", reason: "Expired", code: 410, message: "too old" });
  await api.list("30", ["b"]);
  await waitUntil(() => seen.lists.length === 3);
  assert.deepEqual(seen.lists, [["a"], ["a", "b"], ["b"]]);
});

test("a watch that ends goes on from its bookmark, and without one everything is listed again", async (t) => {
  const api = await startApi(t);
  const seen = follow(t, api.url);
  await api.list("10", []);
  const first = await api.next("watch");
  first.send({ type: "ADDED", object: named("a", "11") });
  first.send({ type: "BOOKMARK", object: named("", "15") });
  first.end();
  const second = await api.next("watch");
  assert.match(second.url, /resourceVersion=15\b/);
  second.send({ type: "DELETED", object: named("a", "16") });
  second.end();
  await api.list("20", []);
  assert.deepEqual(seen.events, ["ADDED a", "DELETED a"]);
});

test("a watch that is cut off, or silent for too long, is opened again after a list", async (t) => {
  const api = await startApi(t);
  follow(t, api.url, { ...TIMES, silenceMs: 100 });
  await api.list("10", []);
  (await api.next("watch")).cut();
  await api.list("11", []);
  const silent = await api.next("watch");
  silent.open();
  await api.list("12", []);
  assert.ok(silent.req.destroyed);
});

for (const [what, end] of [
  ["an error", (call: Call) => call.send({ type: "ERROR", object: { kind: "Status", code: 500 } })],
  ["a cut", (call: Call) => call.cut()],
  ["its end", (call: Call) => (call.open(), call.end())],
] as const) {
  test(`an API server that answers each watch by ${what} is asked ever more rarely`, async (t) => {
    const api = await startApi(t);
    follow(t, api.url, { ...TIMES, firstPauseMs: 200 });
    await api.list("10", []);
    const startedAtMs = performance.now();
    for (let round = 0; round < 3; round += 1) {
      end(await api.next("watch"));
      await api.list("10", []);
    }
    assert.ok(performance.now() - startedAtMs >= 0.5 * (200 + 400 + 800));
  });
}

test("a watch that ends with news is opened again at once", async (t) => {
  const api = await startApi(t);
  follow(t, api.url, { ...TIMES, firstPauseMs: 60_000 });
  await api.list("10", []);
  const watch = await api.next("watch");
  watch.send({ type: "BOOKMARK", object: named("", "15") });
  watch.end();
  await api.next("watch");
});

test("an API server that is away, and what it refuses, is reported with the reason until it answers", async (t) => {
  const api = await startApi(t);
  const seen = follow(t, api.url);
  (await api.next("list")).refuse(503, { kind: "Status", message: "etcd leader changed" });
  (await api.next("list")).refuse(403, { kind: "Status", message: 'User "gw" cannot list resource "deployments"' });
  await api.list("10", []);
  await waitUntil(() => seen.links.length === 3);
  assert.deepEqual(seen.links, [
    `unreachable ${api.url}: etcd leader changed`,
    'forbidden User "gw" cannot list resource "deployments"',
    "up",
  ]);
});

test("a long list is read page by page", async (t) => {
  const api = await startApi(t);
  const seen = follow(t, api.url);
  (await api.next("list")).answer({ metadata: { resourceVersion: "9", continue: "to/ken" }, items: [named("a", "1")] });
  const second = await api.next("list");
  assert.match(second.url, /continue=to%2Fken/);
  second.answer({ metadata: { resourceVersion: "9" }, items: [named("b", "2")] });
  await waitUntil(() => seen.lists.length === 1);
  assert.deepEqual(seen.lists, [["a", "b"]]);
});

interface Thing {
  readonly metadata: Metadata;
}

function named(name: string, resourceVersion: string): Thing {
  return { metadata: { name, namespace: "n", uid: name, resourceVersion } };
}

interface Seen {
  readonly lists: string[][];
  readonly events: string[];
  readonly links: string[];
}

function follow(t: TestContext, url: string, times = TIMES): Seen {
  const seen: Seen = { lists: [], events: [], links: [] };
  const client = createKubernetesClient(() => ({ url: new URL(url), tls: {}, token: () => "t" }));
  const ended = new AbortController();
  t.after(() => {
    ended.abort();
    client.close();
  });
  const onLink = (up: boolean, fault?: EngineError): void => {
    const now = up ? "up" : `${fault?.code} ${fault?.message}`;
    if (seen.links.at(-1) !== now) seen.links.push(now);
  };
  const followed = {
    path: "/things",
    query: "labelSelector=x",
    pick: ({ metadata }: Thing) => metadata.name,
    onList: (names: readonly string[]) => void seen.lists.push([...names]),
    onEvent: (type: string, name: string) => void seen.events.push(`${type} ${name}`),
    onLink,
  };
  void listAndWatch(client, followed, ended.signal, times);
  return seen;
}

/** One request to the API server, answered by the test. */
interface Call {
  readonly url: string;
  readonly req: IncomingMessage;
  answer(body: object): void;
  refuse(status: number, body: object): void;
  open(): void;
  send(event: object): void;
  end(): void;
  cut(): void;
}

async function startApi(t: TestContext) {
  const calls: Call[] = [];
  const server = createServer((req, res) => calls.push(toCall(req, res)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  async function next(kind: "list" | "watch"): Promise<Call> {
    await waitUntil(() => calls.length > 0, 5_000, `a ${kind}`);
    const [call] = calls.splice(0, 1);
    assert.equal(/[?&]watch=1/.test(call!.url) ? "watch" : "list", kind);
    return call!;
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next,
    async list(resourceVersion: string, names: readonly string[]): Promise<string> {
      const call = await next("list");
      call.answer({ metadata: { resourceVersion }, items: names.map((name) => named(name, resourceVersion)) });
      return call.url;
    },
  };
}

function toCall(req: IncomingMessage, res: ServerResponse): Call {
  return {
    url: req.url ?? "",
    req,
    answer: (body) => void res.end(JSON.stringify(body)),
    refuse: (status, body) => void res.writeHead(status).end(JSON.stringify(body)),
    open: () => res.flushHeaders(),
    send: (event) => void res.write(`${JSON.stringify(event)}\n`),
    end: () => void res.end(),
    cut() {
      res.flushHeaders();
      res.destroy();
    },
  };
}
