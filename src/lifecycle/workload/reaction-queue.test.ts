import assert from "node:assert/strict";
import { test } from "node:test";
import { createReactionQueue } from "./reaction-queue.ts";

test("a reaction to a reaction runs after those that wait already, never inside of one", () => {
  const react = createReactionQueue();
  const ran: string[] = [];
  react(() => {
    react(() => ran.push("first of the second"));
    react(() => ran.push("second of the second"));
    ran.push("first");
  });
  assert.deepEqual(ran, ["first", "first of the second", "second of the second"]);
});

test("a fault in a reaction reaches the caller, after the others have run", () => {
  const react = createReactionQueue();
  const ran: string[] = [];
  const add = (): void =>
    react(() => {
      react(() => ran.push("other"));
      throw new TypeError("broken");
    });
  assert.throws(add, TypeError);
  react(() => ran.push("later"));
  assert.deepEqual(ran, ["other", "later"]);
});
