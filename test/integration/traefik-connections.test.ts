import assert from "node:assert/strict";
import { test } from "node:test";
import { delivered } from "../support/delivered.ts";
import { type Connection, openLater, SETTLE_MS } from "./polls-fixture.ts";

/** On which of its connections a busy Traefik fetches: any that carries no auth request just then. */
const TURNS = [0, 0, 1, 2, 0, 3, 1, 1, 2, 0, 3, 2] as const;

for (const at of [4, 5, 6, 7, 8, 9, 10]) {
  test(`a Traefik that fetches on any of its connections delays no stop (turn ${at})`, async (t) => {
    const { clock, polls, accept } = await openLater(t, "refused");
    const fetchOn = rotate(accept, (connection) => polls.note(connection.ours));
    for (const turn of TURNS.slice(0, at)) {
      await fetchOn(turn);
      await clock.advance(2_000);
    }
    const sinceMs = clock.now() - 1_900;
    await fetchOn(TURNS[at] ?? 0);
    for (let ms = 0; ms < SETTLE_MS; ms += 1_000) {
      polls.progress(sinceMs, SETTLE_MS);
      await delivered();
      if (ms === 2_000) await fetchOn(TURNS[at + 1] ?? 0);
      await clock.advance(1_000);
    }
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
  });
}

test("of two Traefiks at one address that do so, each has fetched before a stop", async (t) => {
  const { clock, polls, accept } = await openLater(t, "refused");
  const note = (connection: Connection): void => polls.note(connection.ours);
  const [first, second] = [rotate(accept, note), rotate(accept, note)];
  for (const turn of TURNS) {
    await first(turn);
    await clock.advance(2_500);
    await second(turn);
    await clock.advance(2_500);
  }
  const sinceMs = clock.now() - 2_500; // the second one has fetched then
  await first(0);
  for (let ms = 2_500; ms < 7_000; ms += 500) {
    if (ms === 5_000) await second(0);
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "waits", `${ms} ms after the fetch of the second one`);
    await delivered();
    await clock.advance(500);
  }
});

/** Fetches on connections by their numbers; one that was closed is opened again. */
function rotate(accept: () => Promise<Connection>, note: (connection: Connection) => void) {
  const open = new Map<number, Connection>();
  return async (turn: number): Promise<void> => {
    const former = open.get(turn);
    const one = former === undefined || former.theirs.readableEnded ? await accept() : former;
    open.set(turn, one);
    note(one);
    await delivered();
  };
}
