import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { takesConnections } from "../../src/forward-auth/takes-connections.ts";
import { cleanup } from "../support/cleanup.ts";
import { open, SETTLE_MS } from "./polls-fixture.ts";

for (const [rule, presence, expected] of [
  ["that is frozen, since its address takes connections and says nothing, puts every stop off", "mute", "waits"],
  ["whose address answers no longer counts after a minute", "alive", "done"],
  ["that may listen at another port no longer counts after a minute", "refused", "done"],
] as const) {
  test(`after a restart, a Traefik from before ${rule}`, async (t) => {
    const { polls, accept, sleep, clock } = open(t, presence);
    polls.restore([
      { address: "10.0.0.7", everyMs: 1_000, count: 1 },
      { address: "127.0.0.1", everyMs: 1_000, count: 1 },
    ]);
    const { ours } = await accept();
    const sinceMs = clock.now();
    for (let seconds = 0; seconds < 120; seconds += 1) {
      await sleep(1_000, sinceMs);
      polls.note(ours);
      const progress = polls.progress(sinceMs, SETTLE_MS);
      if (seconds === 15 || (seconds === 50 && presence !== "mute")) assert.equal(progress.kind, "waits");
      if (seconds > 15 && progress.kind === "waits") assert.deepEqual(progress.on, ["10.0.0.7"]);
    }
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, expected);
    assert.deepEqual(
      polls.list().map(({ address }) => address),
      expected === "waits" ? ["10.0.0.7", "127.0.0.1"] : ["127.0.0.1"],
    );
  });
}

test("after a restart, a Traefik from before whose machine is gone no longer counts after 10 s", async (t) => {
  const { polls, accept, sleep, clock } = open(t, "unreachable");
  polls.restore([
    { address: "10.0.0.7", everyMs: 1_000, count: 1 },
    { address: "127.0.0.1", everyMs: 1_000, count: 1 },
  ]);
  const { ours } = await accept();
  const sinceMs = clock.now();
  for (let seconds = 0; seconds < 15; seconds += 1) {
    await sleep(1_000, sinceMs);
    polls.note(ours);
  }
  assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
});

for (const [rule, returning] of [
  ["one that has not fetched since puts every stop off for a minute, and is named", 1],
  ["they put no stop off once all fetch again", 2],
] as const) {
  test(`after a restart, of two Traefiks from before at one address ${rule}`, async (t) => {
    const before = open(t);
    const both = [await before.accept(), await before.accept(true)];
    for (let seconds = 0; seconds < 8; seconds += 1) {
      for (const { ours } of both) {
        before.polls.note(ours);
        await before.clock.advance(500);
      }
    }
    for (let seconds = 0; seconds < 40; seconds += 1) {
      before.polls.note(both[0]!.ours); // the other one is frozen
      await before.clock.advance(1_000);
    }
    const list = before.polls.list();
    assert.deepEqual(list, [{ address: "127.0.0.1", everyMs: 1_000, count: 2 }]);

    const { polls, accept, sleep, clock } = open(t);
    polls.restore(list);
    const ours = [(await accept()).ours, (await accept()).ours].slice(0, returning);
    const sinceMs = clock.now();
    await clock.advance(100);
    for (const one of ours) polls.note(one); // repeated at once, as Traefik does when it was refused before
    for (let seconds = 0; seconds < 70; seconds += 1) {
      for (const one of ours) {
        polls.note(one);
        await sleep(1_000 / ours.length, sinceMs);
      }
      const progress = polls.progress(sinceMs, SETTLE_MS);
      if (seconds < 10 || seconds > 60) continue;
      const on = returning === 1 && seconds < 58 ? ["127.0.0.1 (one of 2)"] : [];
      if (seconds < 58) assert.deepEqual(progress.kind === "waits" ? progress.on : [], on);
    }
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
  });
}

for (const [expected, answer] of [
  ["alive", (socket: Socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["mute", () => undefined],
  ["refused", undefined],
] as const) {
  test(`an address that ${expected === "refused" ? "takes no connection" : `takes connections and is ${expected}`} is recognized`, async (t) => {
    const server = createServer(answer).listen(0, "127.0.0.1");
    cleanup(t, () => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    if (answer === undefined) server.close();
    assert.equal(await takesConnections("127.0.0.1", [port]), expected);
  });
}
