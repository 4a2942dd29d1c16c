import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createTraefikPolls } from "../../src/forward-auth/traefik-polls.ts";
import { cleanup } from "../support/cleanup.ts";
import { createManualClock } from "./manual-clock.ts";

const SETTLE_MS = 3_000;

test("in its first 10 s the gateway waits for Traefiks that fetched from its former life", async (t) => {
  const { clock, polls, startMs } = open(t);
  await clock.advance(20); // a restored workload counts as forwarded to since its record exists
  const sinceMs = clock.now();
  await clock.advance(2_000);
  assert.deepEqual(polls.progress(sinceMs, SETTLE_MS), { kind: "waits", on: [], untilMs: startMs + 10_000 });
  await clock.advance(8_000);
  assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
});

const MINUTE_MS = 60_000;

for (const [rule, end, answer, expected] of [
  ["whose idle connection we have closed is still there", ({ ours }) => ours.destroy(), "yes", "waits"],
  ["that has closed its connection is gone after a minute", ({ theirs }) => theirs.end(), "yes", "done"],
  ["that has reset its connection is gone after a minute", ({ theirs }) => theirs.resetAndDestroy(), "yes", "done"],
  ["without an open connection, that refuses others, is gone", ({ ours }) => ours.destroy(), "refused", "done"],
] as readonly [string, (connection: Connection) => unknown, "yes" | "refused", string][]) {
  test(`a silent Traefik ${rule}`, async (t) => {
    const { clock, polls, accept, fetchedMs } = await openFetched(t, answer);
    const connection = await accept();
    polls.note(connection.ours);
    const ended = new Promise((resolve) => connection.ours.once("end", resolve).once("close", resolve));
    end(connection);
    await ended;
    for (let times = 0; times < 10; times += 1) {
      await clock.advance(MINUTE_MS / 5);
      polls.progress(fetchedMs, SETTLE_MS);
    }
    assert.equal(polls.progress(clock.now() - 1, SETTLE_MS).kind, expected);
  });
}

test("a Traefik that fetches by a new connection is judged by that one", async (t) => {
  const { clock, polls, accept } = await openFetched(t, "yes");
  const [first, second] = [await accept(), await accept()];
  polls.note(first.ours);
  first.ours.destroy();
  await once(first.ours, "close");
  polls.note(second.ours);
  second.theirs.end();
  await once(second.ours, "end");
  for (let times = 0; times < 10; times += 1) {
    await clock.advance(MINUTE_MS / 5);
    polls.progress(clock.now() - 1, SETTLE_MS);
  }
  assert.equal(polls.progress(clock.now() - 1, SETTLE_MS).kind, "done");
});

interface Connection {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/** After the first seconds of the gateway. */
async function openFetched(t: TestContext, answer: "yes" | "refused") {
  const fixture = open(t, answer);
  await fixture.clock.advance(11_000);
  return { ...fixture, fetchedMs: fixture.clock.now() };
}

function open(t: TestContext, answer: "yes" | "refused" = "yes") {
  const clock = createManualClock();
  const polls = createTraefikPolls({ clock, takesConnections: () => Promise.resolve(answer) });
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  cleanup(t, () => void server.close());

  /** A connection of a Traefik, on our side and on its own. */
  async function accept(): Promise<Connection> {
    if (!server.listening) await once(server, "listening");
    const theirs = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [ours] = (await once(server, "connection")) as [Socket];
    ours.resume();
    for (const socket of [ours, theirs]) {
      socket.on("error", () => undefined);
      cleanup(t, () => void socket.destroy());
    }
    return { ours, theirs };
  }
  return { clock, polls, accept, startMs: clock.now() };
}
