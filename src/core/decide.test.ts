import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide, type MemberView, type DecisionInput } from "./decide.ts";
import type { ClientKind, HandlerTraits, Forward } from "./decision.ts";

const NOW = 1_000;
const proxy: HandlerTraits = {
  maxHoldMs: Number.POSITIVE_INFINITY,
  seesTraffic: true,
  relaysSuccess: true,
};
const traefik: HandlerTraits = { ...proxy, maxHoldMs: 20_000, seesTraffic: false, relaysSuccess: false };
const brief: HandlerTraits = { ...traefik, maxHoldMs: 0 };

const asleep = (name = "app"): MemberView => ({
  name,
  gate: undefined,
  closedUntilMs: undefined,
  failure: undefined,
});
const gateOf = (name: string): Forward =>
  Object.freeze({ kind: "forward", workload: name, to: { host: name, port: 80, published: false } });
const gates = { app: gateOf("app"), b: gateOf("b") };
const ready = (name: "app" | "b" = "app"): MemberView => ({ ...asleep(name), gate: gates[name] });
const closed = (closedUntilMs: number, name = "app"): MemberView => ({ ...asleep(name), closedUntilMs });
const failing = (retryAtMs: number, name = "app"): MemberView => {
  const failure = {
    reason: "exited",
    cause: { code: "refused", message: `${name} ended` },
    exitCode: 3,
    atMs: 900,
  } as const;
  return { ...asleep(name), failure: { failure, retryAtMs } };
};

const base: DecisionInput<MemberView> = {
  members: [],
  client: "other",
  mustNotWake: undefined,
  wake: "auto",
  holdTimeoutMs: 25_000,
  waitedMs: 0,
  isQueueFull: false,
  handler: proxy,
  nowMs: NOW,
  pick: ([first]) => first!,
};

const held = (maxMs: number): object => ({ kind: "hold", maxMs, wake: true });
const hold = held(25_000);
const page = { kind: "page", wake: true };
const waking = { kind: "waking", wake: true };
const timedOut = { kind: "timed-out", wake: false };
const sleeps = (status: number): object => ({ kind: "asleep", status, wake: false });
const offline = (untilMs?: number): object => ({ kind: "offline", untilMs, wake: false });
const failed = (workload: string, retryMs: number): object => ({
  kind: "failed",
  wake: false,
  workload,
  retryMs,
  failure: failing(0, workload).failure!.failure,
});

const cases: readonly [
  rule: string,
  members: readonly MemberView[],
  question: Partial<DecisionInput<MemberView>>,
  expected: object,
][] = [
  ["a route without members is unknown", [], {}, { kind: "unknown", wake: false }],
  ["a ready one forwards", [ready()], {}, gates.app],
  ["a ready one forwards a browser", [ready()], { client: "navigation" }, gates.app],
  ["a ready one forwards those who must not wake it", [ready()], { mustNotWake: 503 }, gates.app],
  ["only ready members are candidates", [asleep(), ready("b")], {}, gates.b],
  ["a failing member does not fail its group", [failing(9_000), ready("b")], {}, gates.b],
  ["those who must not wake get told that it sleeps", [asleep()], { mustNotWake: 503 }, sleeps(503)],
  ["clients that must not wake get the status of their rule", [asleep()], { mustNotWake: 204 }, sleeps(204)],
  ["a front would take a success for leave to pass", [asleep()], { mustNotWake: 200, handler: traefik }, sleeps(503)],
  ["a failure comes first for those who must not wake", [failing(9_000)], { mustNotWake: 200 }, failed("app", 8_000)],
  ["it has failed to them until somebody else tries again", [failing(0)], { mustNotWake: 200 }, failed("app", 0)],
  [
    "a group sleeps to them while a member has not failed",
    [failing(0), asleep("b")],
    { mustNotWake: 200 },
    sleeps(200),
  ],
  ["a browser gets the page", [asleep()], { client: "navigation" }, page],
  ["anybody else waits", [asleep()], {}, hold],
  ["an upgrade waits", [asleep()], { client: "upgrade" }, hold],
  ["wake: page gives a browser the page", [asleep()], { wake: "page", client: "navigation" }, page],
  ["wake: page gives anybody else an answer at once", [asleep()], { wake: "page" }, waking],
  ["an upgrade waits as long as the front does", [asleep()], { handler: traefik, client: "upgrade" }, held(20_000)],
  ["wake: page gives an upgrade an answer at once", [asleep()], { wake: "page", client: "upgrade" }, waking],
  ["wake: hold makes a browser wait", [asleep()], { wake: "hold", client: "navigation" }, hold],
  ["a hold_timeout of 0 makes nobody wait", [asleep()], { holdTimeoutMs: 0 }, waking],
  ["a front shortens the wait", [asleep()], { handler: traefik }, held(20_000)],
  ["a shorter hold_timeout counts under a front too", [asleep()], { handler: traefik, holdTimeoutMs: 5 }, held(5)],
  ["what it has waited is taken off", [asleep()], { waitedMs: 24_000 }, held(1_000)],
  ["who has waited so long has waited in vain", [asleep()], { waitedMs: 25_000 }, timedOut],
  [
    "a browser that has waited so long goes on at the page",
    [asleep()],
    { wake: "hold", client: "navigation", waitedMs: 25_000 },
    page,
  ],
  ["after any wait a ready one forwards", [ready()], { waitedMs: 25_000 }, gates.app],
  ["no request waits when the queue is full", [asleep()], { isQueueFull: true }, { kind: "full", wake: true }],
  ["a browser at the page takes no place", [asleep()], { isQueueFull: true, client: "navigation" }, page],
  [
    "who was held by the auth request is not held again",
    [asleep()],
    { handler: { ...traefik, heldBefore: true } },
    waking,
  ],
  [
    "a browser that was held by the auth request goes on at the page",
    [asleep()],
    { handler: { ...traefik, heldBefore: true }, wake: "hold", client: "navigation" },
    page,
  ],
  ["a front that cannot wait gets an answer at once", [asleep()], { handler: brief }, waking],
  [
    "a browser gets the page through a front that cannot wait",
    [asleep()],
    { handler: brief, client: "navigation" },
    page,
  ],
  ["a failed one fails until its cool-down is over", [failing(NOW + 1)], {}, failed("app", 1)],
  ["a failed one whose cool-down is over is tried again", [failing(NOW)], {}, hold],
  [
    "a group fails when all its members fail, with the one that is tried soonest",
    [failing(9_000), failing(4_000, "b")],
    {},
    failed("b", 3_000),
  ],
  ["a group is tried while one member may be", [failing(9_000), asleep("b")], {}, hold],
  ["outside its window it is offline until the next start", [closed(5_000)], {}, offline(5_000)],
  ["a next start that nobody knows is left out", [closed(0)], {}, offline()],
  ["outside its window not even a ready one forwards", [{ ...ready(), closedUntilMs: 5_000 }], {}, offline(5_000)],
  ["outside its window clients that must not wake get that too", [closed(5_000)], { mustNotWake: 200 }, offline(5_000)],
  [
    "a group is offline when all its members are, until the soonest",
    [closed(7_000), closed(5_000, "b"), closed(0, "c")],
    {},
    offline(5_000),
  ],
  ["a group with one member inside its window is not offline", [closed(7_000), asleep("b")], {}, hold],
  ["a member outside its window is no candidate", [{ ...ready(), closedUntilMs: 7_000 }, ready("b")], {}, gates.b],
  [
    "members outside their window do not keep a group from failing",
    [closed(7_000), failing(NOW + 5, "b")],
    {},
    failed("b", 5),
  ],
];
for (const [rule, members, question, expected] of cases) {
  test(rule, () => {
    const decision = decide({ ...base, ...question, members });
    if (decision.kind === "forward") assert.equal(decision.gate, expected, "the very same, frozen");
    else assert.deepEqual(decision, expected);
  });
}

const moment = fc.integer({ min: 0, max: 2 * NOW });
const member: fc.Arbitrary<MemberView> = fc.oneof(
  fc.constant(asleep()),
  fc.constantFrom("app" as const, "b" as const).map(ready),
  moment.map((at) => closed(at)),
  moment.map((at) => failing(at)),
);
const question = fc.record({
  members: fc.array(member, { maxLength: 5 }),
  client: fc.constantFrom<ClientKind>("navigation", "upgrade", "other"),
  mustNotWake: fc.constantFrom<DecisionInput<MemberView>["mustNotWake"]>(undefined, 200, 204, 503),
  wake: fc.constantFrom<DecisionInput<MemberView>["wake"]>("auto", "page", "hold"),
  holdTimeoutMs: fc.constantFrom(0, 1, 25_000),
  waitedMs: fc.constantFrom(0, 1, 24_000, 25_000),
  isQueueFull: fc.boolean(),
  handler: fc.constantFrom(proxy, traefik, brief),
  nowMs: fc.constant(NOW),
});

test("every client is forwarded through an open gate inside a window only, and to a ready member if any", () => {
  fc.assert(
    fc.property(question, fc.nat(), (asked, at) => {
      let picked: MemberView | undefined;
      const pick = (candidates: readonly MemberView[]): MemberView => {
        assert.ok(candidates.length > 0);
        for (const { gate, closedUntilMs } of candidates) assert.ok(gate !== undefined && closedUntilMs === undefined);
        return (picked = candidates[at % candidates.length]!);
      };
      const decision = decide({ ...asked, pick });
      const usable = asked.members.some(({ gate, closedUntilMs }) => gate !== undefined && closedUntilMs === undefined);
      assert.equal(decision.kind === "forward", usable);
      if (decision.kind === "forward") assert.equal(decision.member, picked);
    }),
  );
});

test("only a browser is shown a page, and no client waits longer than the handler and the setting allow", () => {
  fc.assert(
    fc.property(question, (asked) => {
      const decision = decide({ ...asked, pick: base.pick });
      if (decision.kind === "page") assert.equal(asked.client, "navigation");
      if (decision.kind === "hold") {
        assert.ok(decision.maxMs > 0 && decision.maxMs <= asked.holdTimeoutMs);
        assert.ok(decision.maxMs <= asked.handler.maxHoldMs);
      }
      if (asked.mustNotWake !== undefined) assert.ok(!["hold", "page", "waking"].includes(decision.kind));
      if (decision.kind === "failed") assert.ok(decision.retryMs > 0 || asked.mustNotWake !== undefined);
      if (decision.kind === "asleep") assert.ok(asked.handler.relaysSuccess || decision.status === 503);
    }),
  );
});
