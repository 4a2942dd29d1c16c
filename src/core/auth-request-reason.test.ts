import assert from "node:assert/strict";
import { test } from "node:test";
import { type DirectView, authRequestReason } from "./auth-request-reason.ts";

const READY: DirectView = {
  whenAwake: "direct",
  reachedDirectly: true,
  hasIgnoreRules: false,
  idleSignal: undefined,
  counters: "own",
  isReady: true,
  throttled: false,
  isRecalled: false,
};

for (const [change, expected] of [
  [{}, undefined],
  [{ idleSignal: "traffic" }, undefined],
  [{ idleSignal: "connections" }, undefined],
  [{ whenAwake: "ask" }, "setting"],
  [{ reachedDirectly: false }, "through-gateway"],
  [{ hasIgnoreRules: true }, "ignore"],
  [{ idleSignal: "requests" }, "idle-signal"],
  [{ idleSignal: "cpu" }, "idle-signal"],
  [{ counters: "none" }, "no-counters"],
  [{ counters: "unread" }, "unread"],
  [{ isReady: false, counters: "unread" }, "not-ready"],
  [{ throttled: true }, "throttled"],
  [{ isRecalled: true }, "recalled"],
] satisfies [Partial<DirectView>, ReturnType<typeof authRequestReason>][]) {
  test(`with ${JSON.stringify(change)} a front ${expected === undefined ? "does not ask" : `asks: ${expected}`}`, () => {
    assert.equal(authRequestReason({ ...READY, ...change }), expected);
  });
}
