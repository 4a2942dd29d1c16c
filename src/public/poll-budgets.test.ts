import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/integration/manual-clock.ts";
import { createPollBudgets, POLL_BURST } from "./poll-budgets.ts";

test("a plain poll passes once a second, a long one as often as a wake changes in three tabs", async () => {
  const clock = createManualClock();
  const budgets = createPollBudgets(clock);
  for (const kind of ["health", "health-wait", "logs"] as const) {
    for (let poll = 1; poll <= POLL_BURST[kind]; poll += 1) {
      assert.equal(budgets.take(kind, "192.0.2.1", "app").count, poll);
    }
    assert.ok(budgets.take(kind, "192.0.2.1", "app").count > POLL_BURST[kind]);
  }
  await clock.advance(1_000);
  assert.equal(budgets.take("health", "192.0.2.1", "app").count, 1);
});
