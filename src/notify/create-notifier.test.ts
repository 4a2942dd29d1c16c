import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { hook, startNotifier, wake } from "../../test/integration/notifier.ts";
import { freePort } from "../../test/support/http.ts";
import { waitUntil } from "../../test/support/wait-until.ts";
import { startReceiver } from "../../test/support/webhook-receiver.ts";

test("a webhook gets the events it subscribed to, in the order in which they happened", async (t) => {
  const receiver = await startReceiver(t);
  const notifier = startNotifier(t, hook(`${receiver.url}/in?key=k`, { events: ["wake", "stop"] }));
  notifier.note(wake("a"));
  notifier.note({ type: "ready", workload: "a", durationMs: 500, cause: "request" });
  notifier.note({ type: "stopped", workload: "a", reason: "idle", durationMs: 100, awakeMs: 60_000 });
  notifier.note(wake("b"));
  await receiver.arrived(3);
  const messages = receiver.received.map(({ json }) => `${json().event} ${json().container}`);
  assert.deepEqual(messages, ["wake a", "stop a", "wake b"]);
  const [first] = receiver.received;
  assert.equal(`${first?.method} ${first?.path}`, "POST /in?key=k");
  assert.equal(first?.headers["content-type"], "application/json");
  assert.equal(first?.headers["user-agent"], "docker-awakening-gateway/1.2.3");
  assert.equal(first?.headers["x-gateway-event"], "wake");
  assert.equal(first?.headers["x-gateway-signature"], undefined);
  assert.deepEqual(notifier.events, []);
});

test("a receiver that knows the secret can verify each message, and a changed one is found out", async (t) => {
  const receiver = await startReceiver(t);
  const notifier = startNotifier(t, hook(receiver.url, { secret: "s3cret", template: "grün: {{ title }}" }));
  notifier.note(wake("app"));
  await receiver.arrived(1);
  const { headers, body } = receiver.received[0]!;
  const [, seconds, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-gateway-signature"])) ?? [];
  const expected = (text: string) =>
    createHmac("sha256", "s3cret")
      .update(Buffer.from(`${seconds}.${text}`))
      .digest("hex");
  assert.equal(body, "grün: app is waking");
  assert.equal(given, expected(body));
  assert.notEqual(given, expected(`${body}!`));
  assert.equal(Number(seconds) * 1000, notifier.clock.wall());
});

test("a failed delivery is retried after 1, 4 and 16 s, signed again, and later ones keep their order", async (t) => {
  const receiver = await startReceiver(t, (res, nth) => void res.writeHead(nth < 3 ? 500 : 204).end());
  const notifier = startNotifier(t, hook(receiver.url, { secret: "s" }));
  notifier.note(wake("a"));
  notifier.note(wake("b"));
  const waits: number[] = [];
  for (let tries = 1; tries <= 3; tries += 1) {
    await receiver.arrived(tries);
    waits.push(await notifier.passRetryWait());
  }
  await receiver.arrived(5);
  assert.deepEqual(waits, [1_000, 4_000, 16_000]);
  assert.equal(receiver.received.map(({ json }) => json().container).join(""), "aaaab");
  const distinct = (name: string) => new Set(receiver.received.slice(0, 4).map(({ headers }) => headers[name])).size;
  assert.equal(distinct("x-gateway-delivery"), 1);
  assert.equal(distinct("x-gateway-signature"), 4);
  assert.deepEqual(notifier.events, []);
});

for (const [rule, header, waitMs] of [
  ["as many seconds as the receiver asks for", () => "7", 7_000],
  ["until the date that the receiver names", (wallMs: number) => new Date(wallMs + 9_000).toUTCString(), 9_000],
  ["ten minutes at most, however long the receiver asks for", () => "86400", 600_000],
  ["a second at least", () => "0", 1_000],
] as const) {
  test(`after a 429 the next try waits ${rule}`, async (t) => {
    const receiver = await startReceiver(t, (res, nth) => {
      if (nth === 0) res.writeHead(429, { "retry-after": header(notifier.clock.wall()) }).end();
      else res.writeHead(204).end();
    });
    const notifier = startNotifier(t, hook(receiver.url));
    notifier.note(wake("a"));
    assert.equal(await notifier.passRetryWait(), waitMs);
    await receiver.arrived(2);
  });
}

for (const status of [301, 307, 400, 401, 404, 410]) {
  test(`a ${status} is final, and told once however often it comes`, async (t) => {
    const other = await startReceiver(t);
    const receiver = await startReceiver(t, (res) => void res.writeHead(status, { location: other.url }).end());
    const notifier = startNotifier(t, hook(`${receiver.url}/token-in-path?token=t`));
    for (const name of ["a", "b", "c"]) notifier.note(wake(name));
    await receiver.arrived(3);
    await waitUntil(() => notifier.events.length > 0);
    assert.equal(receiver.received.map(({ json }) => json().container).join(""), "abc");
    assert.equal(notifier.events.length, 1);
    const [fault] = notifier.events;
    assert.ok(fault?.type === "fault" && fault.detail.startsWith(`it answered ${status}`));
    assert.equal(fault.message, `messages to the webhook gateway.notify[0] (${receiver.url}) are lost`);
    assert.deepEqual(other.received, [], "no redirect is followed");
  });
}

test("a receiver that never answers is given up after ten seconds a try, and six tries", async (t) => {
  const receiver = await startReceiver(t, () => {});
  const notifier = startNotifier(t, hook(receiver.url));
  notifier.note(wake("a"));
  for (let tries = 1; tries <= 6; tries += 1) {
    await receiver.arrived(tries);
    await notifier.clock.advance(10_000);
    if (tries < 6) await notifier.passRetryWait();
  }
  const fault = await waitUntil(() => notifier.events[0]);
  assert.ok(fault.type === "fault");
  assert.equal(fault.detail, "no answer within 10 s");
});

test("a receiver that begins an answer and never ends it has taken the message", async (t) => {
  const receiver = await startReceiver(t, (res) => void res.writeHead(200).write("more to come"));
  const notifier = startNotifier(t, hook(receiver.url));
  notifier.note(wake("a"));
  notifier.note(wake("b"));
  await receiver.arrived(2);
  assert.deepEqual(notifier.events, []);
});

test("an outage is reported once, and again only after a message went through", async (t) => {
  let status = 403;
  const receiver = await startReceiver(t, (res) => void res.writeHead(status).end());
  const notifier = startNotifier(t, hook(receiver.url));
  for (const [now, faults] of [
    [403, 1],
    [403, 1],
    [204, 1],
    [403, 2],
  ] as const) {
    status = now;
    notifier.note(wake("a"));
    const before = receiver.received.length;
    await receiver.arrived(before + 1);
    await waitUntil(() => notifier.clock.sleepers().length === 0, 5_000, "the end of the try");
    await notifier.clock.settle();
    assert.equal(notifier.events.length, faults, `after a ${now}`);
  }
});

test("no secret of a webhook is reported when it fails", async (t) => {
  const port = await freePort();
  const url = `http://user-hunter2:pass-hunter2@127.0.0.1:${port}/path-hunter2?query=hunter2`;
  const headers = { "x-token": "hunter2\nx" };
  const notifier = startNotifier(t, hook(url, { secret: "hunter2", template: "hunter2" }), hook(url, { headers }));
  notifier.note(wake("a"));
  for (let tries = 1; tries < 6; tries += 1) await notifier.passRetryWait();
  await waitUntil(() => notifier.events.length === 2);
  assert.ok(!JSON.stringify(notifier.events).includes("hunter2"));
  const details = notifier.events.map((event) => (event.type === "fault" ? event.detail : ""));
  assert.deepEqual(details, [
    "its address or one of its headers cannot be sent",
    "it cannot be reached (ECONNREFUSED)",
  ]);
});

test("a user in the address becomes credentials; configured headers win, but for those that frame it", async (t) => {
  const receiver = await startReceiver(t);
  const url = receiver.url.replace("//", "//me:p%40ss@");
  const headers = { Title: "mine", "X-More": "1", Host: "evil.example", "Content-Length": "3" };
  const notifier = startNotifier(t, hook(url, { preset: "ntfy", headers }));
  notifier.note(wake("a"));
  await receiver.arrived(1);
  const [first] = receiver.received;
  assert.equal(first?.headers["authorization"], `Basic ${Buffer.from("me:p@ss").toString("base64")}`);
  assert.equal(first?.headers["title"], "mine");
  assert.equal(first?.headers["x-more"], "1");
  assert.equal(`http://${first?.headers["host"]}`, receiver.url);
  assert.equal(first?.body, "A request arrived.");
});

test("ten thousand events cost a receiver that hangs no more than a hundred messages, the newest ones", async (t) => {
  let hangs = true;
  const receiver = await startReceiver(t, (res) => void (hangs || res.writeHead(204).end()));
  const notifier = startNotifier(t, hook(receiver.url));
  notifier.note(wake("w0"));
  await receiver.arrived(1);
  for (let index = 1; index <= 10_000; index += 1) notifier.note(wake(`w${index}`));
  assert.equal(notifier.events.length, 1, "what is dropped is reported, once");
  hangs = false;
  await notifier.clock.advance(10_000);
  await notifier.passRetryWait();
  await receiver.arrived(102);
  const names = receiver.received.map(({ json }) => json().container);
  assert.deepEqual(names.slice(0, 3), ["w0", "w0", "w9901"]);
  assert.equal(names.at(-1), "w10000");
});

test("one webhook that hangs holds up no other", async (t) => {
  const hanging = await startReceiver(t, () => {});
  const receiver = await startReceiver(t);
  const notifier = startNotifier(t, hook(hanging.url), hook(receiver.url));
  for (const name of ["a", "b", "c"]) notifier.note(wake(name));
  await receiver.arrived(3);
  assert.equal(hanging.received.length, 1);
});

test("to note an event sends nothing yet: the request that led to it goes first", async (t) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address() as { port: number };
  let read = false;
  const notifier = startNotifier(t, {
    ...hook(`http://127.0.0.1:${address.port}`),
    get template() {
      read = true; // only read to compose a message
      return "x";
    },
  });
  notifier.hooks = notifier.hooks.map((each) => Object.defineProperty(each, "toJSON", { value: () => "hook" }));
  notifier.note(wake("a"));
  await Promise.resolve();
  assert.equal(read, false);
  await waitUntil(() => read);
});
