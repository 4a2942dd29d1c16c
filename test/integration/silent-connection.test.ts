import assert from "node:assert/strict";
import { test } from "node:test";
import { openForwardAuth } from "./auth-fixture.ts";
import { download, flow } from "./flow.ts";
import { open } from "./recall-fixture.ts";

const LONG_MS = 100_000;

for (const [rule, remotesAt, endMs, isKept] of [
  ["a connection that stays open in silence for longer than Traefik keeps its own", () => ["a:1"], 300_000, true],
  ["a connection of Traefik's pool, which it closes after 90 s", () => ["a:1"], 90_000, false],
  ["a TCP health check that a reading happens to meet", (ms: number) => [`a:${ms}`], 300_000, false],
] as const) {
  test(`${rule} ${isKept ? "keeps the app awake, and the stop is on time after its end" : "does not"}`, async () => {
    const fixture = await open({ name: "app", idleTimeoutMs: LONG_MS });
    const { pass, clock, engine, status } = fixture;
    const startMs = clock.now();
    flow(fixture, [{ fromMs: 0, toMs: 3_000, everyMs: 100, rx: [300, 2], tx: [600, 3] }], (ms) => {
      const remotes = ms < endMs ? remotesAt(ms) : [];
      return { remotes, connections: remotes.length };
    });
    engine.traffic = engine.usage;
    await pass(3_000 + LONG_MS - 1_000);
    assert.equal(status("app"), "ready", "it was stopped early");
    await pass(12_000);
    assert.equal(status("app"), isKept ? "ready" : "asleep");
    if (!isKept) return;
    await pass(startMs + endMs + LONG_MS - 1_000 - clock.now());
    assert.equal(status("app"), "ready", "it was stopped early after the connection's end");
    await pass(1_000 + LONG_MS / 10 + 300);
    assert.equal(status("app"), "asleep");
  });
}

const UPGRADE = { "sec-websocket-key": "x", "sec-websocket-version": "13" };

for (const [what, headers, status] of [
  ["a WebSocket without pings that outlives every front's idle connections keeps the app awake", UPGRADE, "ready"],
  ["an idle connection does not, if no stream was let through", {}, "asleep"],
] as const) {
  test(what, async (t) => {
    const idleMs = 140_000;
    const fixture = await openForwardAuth(t, [{ name: "app", idleTimeoutMs: idleMs }], {
      fakes: { app: { status: "running" } },
    });
    flow(fixture, [download(0, 500)], (ms) => ({
      connections: ms < 400_000 ? 1 : 0,
      remotes: ms < 400_000 ? ["10.0.0.7:5000"] : [],
    }));
    await fixture.ask("/_auth/traefik", headers);
    await fixture.clock.advance(400_000 + idleMs - 100);
    assert.equal(fixture.status("app"), status);
    await fixture.clock.advance(idleMs / 10 + 2_500);
    assert.equal(fixture.status("app"), "asleep");
  });
}
