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

function open(t: TestContext, answer: "yes" | "refused" = "yes") {
  const clock = createManualClock();
  const polls = createTraefikPolls({ clock, takesConnections: () => Promise.resolve(answer) });
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  cleanup(t, () => void server.close());

  /** A connection of a Traefik, on our side and on its own. */
  async function accept(): Promise<{ ours: Socket; theirs: Socket }> {
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
