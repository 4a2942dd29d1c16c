import assert from "node:assert/strict";
import test from "node:test";
import type { News } from "../../lifecycle/ports.ts";
import { createForeignOrders } from "./foreign-orders.ts";

const MINUTE = 60_000;

/** `ours`: this gateway orders the end; `+5m`: time passes; anything else is an event of Docker. */
const cases: readonly [what: string, steps: string, last: News | undefined][] = [
  ["a crash is nobody's order", "start die", { kind: "ended", ordered: false }],
  ["docker stop", "start kill:15 die", { kind: "ended", ordered: true }],
  ["docker stop of an app that does not listen", "start kill:15 kill:9 die", { kind: "ended", ordered: true }],
  ["a stop of which only the end was heard", "start die stop", { kind: "ended", ordered: true }],
  ["our own stop", "start ours kill:15 die", { kind: "ended", ordered: false }],
  ["our own stop that had to kill", "start ours kill:15 kill:9 die", { kind: "ended", ordered: false }],
  ["the end of our own stop says nothing", "start ours kill:15 die stop", undefined],
  ["docker stop during our own stop", "start ours kill:15 kill:15 die", { kind: "ended", ordered: true }],
  ["a crash after docker restart", "start kill:15 die stop start die", { kind: "ended", ordered: false }],
  ["a crash after our stop and a new start", "start ours kill:15 die start die", { kind: "ended", ordered: false }],
  ["a stop signal of another kind", "start kill:28 die", { kind: "ended", ordered: true }],
  ["a crash long after files were reloaded", "start kill:1 +11m die", { kind: "ended", ordered: false }],
  ["an order to end is reported at once", "start kill:15", { kind: "ending" }],
  ["a signal that may mean anything is no order yet", "start kill:1", undefined],
];

for (const [what, steps, last] of cases) {
  test(`${what}: "${steps}" means ${JSON.stringify(last)}`, () => {
    let now = 0;
    const orders = createForeignOrders(() => now);
    let news: News | undefined;
    for (const step of steps.split(" ")) {
      const [action = "", signal = ""] = step.split(":");
      if (action === "ours") orders.expect("c1");
      else if (action.startsWith("+")) now += Number.parseInt(action, 10) * MINUTE;
      else news = orders.hear({ names: ["app"], id: "c1", action, signal, from: undefined, rewired: undefined });
    }
    assert.deepEqual(news, last);
  });
}
