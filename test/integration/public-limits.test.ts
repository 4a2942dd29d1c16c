import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const ONE = settingsOf([{ name: "app" }]);

for (const endpoint of ["/_health", "/_logs"]) {
  test(`${endpoint} accepts one request a second, announces the limit, and accepts again after it`, async (t) => {
    const { ask, clock } = await startEndpoints(t, ONE);
    assert.equal((await ask(`${endpoint}?container=app`)).status, 200);
    const refused = await ask(`${endpoint}?container=app`);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers["content-type"], "application/problem+json");
    assert.equal(refused.headers["retry-after"], "1");
    assert.equal(refused.json().code, "rate-limited");
    assert.match(String(refused.headers["ratelimit-policy"]), /^"\w+"; q=1; w=1/);
    assert.match(String(refused.headers["ratelimit"]), /^"\w+"; r=0; t=1/);
    await clock.advance(1_000);
    assert.equal((await ask(`${endpoint}?container=app`)).status, 200);
  });
}

test("the two endpoints, containers and addresses do not share a budget", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app" }, { name: "other" }]));
  fixture.trusted.add("127.0.0.1");
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
  const statuses = [
    await fixture.ask("/_health?container=app", from("192.0.2.1")),
    await fixture.ask("/_logs?container=app", from("192.0.2.1")),
    await fixture.ask("/_health?container=other", from("192.0.2.1")),
    await fixture.ask("/_health?container=app", from("192.0.2.2")),
    await fixture.ask("/_health?container=app", from("2001:db8::1")),
    await fixture.ask("/_health?container=app", from("2001:db8:0:1::1")),
    await fixture.ask("/_health?container=app", from("2001:db8::2")), // of the same /64
    await fixture.ask("/_health?container=app", from("192.0.2.1")),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 429, 429]);
});

test("a stranger's X-Forwarded-For gives nobody a budget of their own", async (t) => {
  const { ask } = await startEndpoints(t, ONE);
  assert.equal((await ask("/_health?container=app", { headers: { "x-forwarded-for": "192.0.2.1" } })).status, 200);
  assert.equal((await ask("/_health?container=app", { headers: { "x-forwarded-for": "192.0.2.2" } })).status, 429);
});

test("a page that polls as the reference's does never meets the limit", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, ONE, { workloads: { app: { startMs: 60_000 } } });
  lifecycle.wake(record("app"), "request");
  for (let second = 0; second < 30; second += 1) {
    if (second % 2 === 0) assert.equal((await ask("/_health?container=app")).status, 200);
    if (second % 3 === 0) assert.equal((await ask("/_logs?container=app")).status, 200);
    await clock.advance(1_000);
  }
});

test("three tabs behind one address all hear of every change of phase, and go on after a 429", async (t) => {
  const settings = settingsOf([
    { name: "app", dependsOn: [{ name: "db", condition: "healthy" }] },
    { name: "db", hosts: [] },
  ]);
  const { ask, clock, lifecycle, record } = await startEndpoints(t, settings, {
    workloads: { app: { startMs: 300, listenMs: 300 }, db: { startMs: 300 } },
  });
  lifecycle.wake(record("app"), "request");
  await clock.settle();
  let refusals = 0;
  const tab = async (): Promise<void> => {
    for (let seen = "starting:starting"; ;) {
      const answer = await ask(`/_health?container=app&wait=20s&seen=${seen}`);
      if (answer.status === 429) {
        refusals += 1;
        await clock.sleep(Number(answer.headers["retry-after"]) * 1_000);
        continue;
      }
      const { status, phase } = answer.json();
      if (status === "running") return;
      seen = `${status}:${phase}`;
    }
  };
  const all = Promise.all([tab(), tab(), tab()]);
  let done = false;
  void all.then(() => (done = true));
  await waitUntil(async () => {
    await clock.advance(50);
    return done;
  });
  assert.equal(refusals, 0);
});
