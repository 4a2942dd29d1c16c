import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test, type TestContext } from "node:test";
import { openRequest } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { type EndpointsServer, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const SETTINGS = settingsOf([{ name: "app", idleTimeoutMs: 600_000 }, { name: "b" }]);

interface StreamEvent {
  readonly event: string;
  readonly data: any;
}

/** A listener, and what it has received so far. */
async function listen(
  t: TestContext,
  { port }: EndpointsServer,
): Promise<{ head: IncomingMessage; received: StreamEvent[] }> {
  const head = await openRequest({ port, host: "app.test", path: "/_status/events" });
  t.after(() => head.destroy());
  const received: StreamEvent[] = [];
  let text = "";
  head.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = (text + chunk).split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1] ?? "";
      received.push({ event, data: JSON.parse(/^data: (.*)$/m.exec(part)?.[1] ?? "null") });
    }
  });
  head.on("error", () => undefined);
  await waitUntil(() => received.length > 0, 2_000, "the first event");
  return { head, received };
}

const changes = (received: readonly StreamEvent[]): StreamEvent[] => received.filter(({ event }) => event === "change");

test("a listener is answered at once, by an event stream that is not cached or buffered", async (t) => {
  const { head, received } = await listen(t, await startEndpoints(t, SETTINGS));
  assert.equal(head.statusCode, 200);
  assert.equal(head.headers["content-type"], "text/event-stream; charset=utf-8");
  assert.equal(head.headers["cache-control"], "no-store");
  assert.equal(head.headers["x-accel-buffering"], "no");
  assert.deepEqual(received, [{ event: "beat", data: {} }]);
});

test("changes within a quarter of a second are sent together, as the API reports it", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS, { workloads: { app: { startMs: 100 } } });
  const { received } = await listen(t, fixture);
  fixture.lifecycle.wake(fixture.record("app"), "request");
  await fixture.clock.advance(240);
  assert.deepEqual(changes(received), []);
  await fixture.clock.advance(20);
  await waitUntil(() => changes(received).length > 0, 2_000, "a change");
  const [{ data }] = changes(received) as [StreamEvent];
  assert.deepEqual(
    data.containers.map(({ name, state }: any) => `${name} ${state}`),
    ["app ready"],
  );
  assert.equal(data.engine_up, true);
  const api = (await fixture.ask("/_status/api")).json();
  assert.deepEqual(Object.keys(data.containers[0]), Object.keys(api.containers[0]));
  await fixture.clock.advance(1_000);
  assert.equal(changes(received).length, 1);
});

test("changed settings of an app are sent as well", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  const { received } = await listen(t, fixture);
  await fixture.configure(settingsOf([{ name: "app", hosts: ["new.test"] }, { name: "b" }]));
  await fixture.clock.advance(300);
  await waitUntil(() => changes(received).length > 0, 2_000, "a change");
  const sent = changes(received).flatMap(({ data }) => data.containers.map(({ name, host }: any) => `${name} ${host}`));
  assert.ok(sent.includes("app new.test"), sent.join());
});

test("however much happens, no listener is sent more than four times a second", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  const { received } = await listen(t, fixture);
  for (let round = 0; round < 40; round += 1) {
    if (round % 2 === 0) fixture.lifecycle.wake(fixture.record("app"), "request");
    else fixture.lifecycle.sleep(fixture.record("app"));
    await fixture.clock.advance(25);
  }
  await fixture.clock.advance(300);
  await waitUntil(() => changes(received).length >= 2, 2_000, "changes");
  assert.ok(changes(received).length <= 5, `${changes(received).length}`);
});

test("activity without a change of state is sent as well", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  fixture.lifecycle.wake(fixture.record("app"), "request");
  await fixture.clock.advance(1_000);
  const { received } = await listen(t, fixture);
  await fixture.clock.advance(4_000);
  assert.deepEqual(changes(received), []);
  fixture.record("app").lastActivityMs = fixture.clock.now();
  await fixture.clock.advance(2_500);
  await waitUntil(() => changes(received).length > 0, 2_000, "a change");
  assert.equal(changes(received)[0]?.data.containers[0].name, "app");
});

test("an engine that cannot be reached is reported with everything that it runs", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  const { received } = await listen(t, fixture);
  fixture.engine.reachable(false);
  await fixture.clock.advance(500);
  await waitUntil(() => changes(received).length > 0, 2_000, "a change");
  const last = changes(received).at(-1)!;
  assert.equal(last.data.engine_up, false);
  assert.equal(last.data.containers.length, 2);
});

test("a quiet stream has a heartbeat, and ends after ten minutes, so that its listener authenticates again", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  const { head, received } = await listen(t, fixture);
  let ended = false;
  head.on("end", () => (ended = true));
  await fixture.clock.advance(60_000);
  await waitUntil(() => received.length >= 4, 2_000, "heartbeats");
  assert.ok(received.every(({ event }) => event === "beat"));
  assert.equal(ended, false);
  await fixture.clock.advance(545_000);
  await waitUntil(() => ended, 2_000, "the end");
});

test("nothing runs while nobody listens", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  const before = fixture.clock.sleepers().length;
  const { head } = await listen(t, fixture);
  assert.equal(fixture.clock.sleepers().length, before + 1);
  head.destroy();
  await waitUntil(() => fixture.clock.sleepers().length === before, 2_000, "the end of the watch");
});

test("sixty-four may listen; the next one must poll instead, until a place is free", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  const heads = await Promise.all(
    Array.from({ length: 64 }, () => openRequest({ port: fixture.port, host: "app.test", path: "/_status/events" })),
  );
  t.after(() => {
    for (const head of heads) head.destroy();
  });
  assert.ok(heads.every(({ statusCode }) => statusCode === 200));
  const answer = await fixture.ask("/_status/events");
  assert.equal(answer.status, 503);
  assert.equal(answer.headers["retry-after"], "5");
  heads[0]?.destroy();
  const restart = async (): Promise<boolean> => {
    const head = await openRequest({ port: fixture.port, host: "app.test", path: "/_status/events" });
    head.destroy();
    return head.statusCode === 200;
  };
  await waitUntil(restart, 2_000, "a free place");
});

test("HEAD gets a response, which ends", async (t) => {
  const answer = await (await startEndpoints(t, SETTINGS)).ask("/_status/events", { method: "HEAD" });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "text/event-stream; charset=utf-8");
});
