import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { endpointsOf, type Observation } from "../../src/core/observation.ts";
import { createProbe } from "../../src/engines/probe.ts";
import { EngineError, type StopOrder, type WorkloadRef } from "../../src/lifecycle/ports.ts";
import { untilReady } from "../support/probing.ts";
import { waitUntil } from "../support/wait-until.ts";
import { engineLogRules } from "./engine-logs.ts";
import { usageRules } from "./engine-usage.ts";
import { instanceRules } from "./engine-instances.ts";
import { hasEnded, untilReachable, watchEngine, type Gaps, type MakeSubject, type Subject } from "./engine-subject.ts";

/** What every engine does, as tests; `gaps` names the rules that one cannot keep and why. */
export function engineContract(engineName: string, make: MakeSubject, gaps: Gaps = {}): void {
  const all = { ...rules, ...usageRules, ...instanceRules, ...engineLogRules };
  describe(`the ${engineName} engine`, () => {
    for (const [rule, check] of Object.entries(all)) {
      const gap = gaps[rule];
      test(gap === undefined ? rule : `not kept, because ${gap}: ${rule}`, async (t) => {
        const subject = await make(t);
        if (subject === undefined) return;
        if (gap === undefined) await check(subject, t);
        else await assert.rejects(check(subject, t), "the gap is closed: take it from the list");
      });
    }
    test("every listed gap is a rule", () => {
      for (const gap of Object.keys(gaps)) assert.ok(gap in all, gap);
    });
  });
}

const probe = createProbe();
const gently: StopOrder = { method: "stop", timeoutMs: 5_000, signal: "" };
const slowEnd = { kind: "app", env: { STOP_DELAY_MS: "400" } } as const;
const onUsr1 = {
  kind: "shell",
  script: `trap "exit 7" USR1; trap "" TERM; echo up; while :; do sleep 0.05; done`,
} as const;

type Rule = (subject: Subject, t: TestContext) => Promise<void>;

const rules: Record<string, Rule> = {
  "what was never started is stopped, has no address and never ended": async ({ engine, create }) => {
    const ref = await create({ kind: "app" });
    const seen = await engine.observe(ref);
    assert.equal(seen.status, "stopped");
    assert.deepEqual(seen.instances, []);
    assert.equal(seen.exit, undefined);
    assert.equal(seen.startedAtMs, undefined);
  },

  "what does not exist is observed as absent, has no output and no usage": async ({ engine, missing }) => {
    const seen = await engine.observe(missing);
    assert.equal(seen.status, "absent");
    assert.equal(seen.id, "");
    assert.deepEqual(await engine.logs(missing, 10), []);
    assert.equal(await engine.usage(missing), undefined);
  },

  "what does not exist can be neither started nor stopped": async ({ engine, missing }) => {
    const isAbsent = (error: unknown): boolean => error instanceof EngineError && error.code === "absent";
    await assert.rejects(engine.start(missing), isAbsent);
    await assert.rejects(engine.stop(missing, gently), isAbsent);
  },

  "what was started runs, and answers at its first address": async ({ engine, create }, t) => {
    const ref = await create({ kind: "app" });
    await engine.start(ref);
    const seen = await untilReachable(engine, ref);
    assert.equal(seen.status, "running");
    assert.ok(seen.id !== "" && seen.image !== "");
    assert.ok(Math.abs(Date.now() - (seen.startedAtMs ?? 0)) < 60_000, `started at ${seen.startedAtMs}`);
    const [endpoint] = endpointsOf(seen);
    assert.ok(endpoint);
    await untilReady(() => probe.tcp(endpoint, t.signal), "an answer to TCP");
    await untilReady(() => probe.http(endpoint, "/health", "app.test", t.signal), "an answer to HTTP");
  },

  "starting what runs changes nothing": async ({ engine, create }) => {
    const ref = await create({ kind: "app" });
    await engine.start(ref);
    const before = await untilReachable(engine, ref);
    await engine.start(ref);
    assert.deepEqual(await engine.observe(ref), before);
  },

  "several starts at once are one": async ({ engine, create }) => {
    const ref = await create({ kind: "shell", script: "echo run; exec sleep 100" });
    await Promise.all([engine.start(ref), engine.start(ref), engine.start(ref)]);
    assert.equal((await engine.observe(ref)).status, "running");
    await waitUntil(async () => (await engine.logs(ref, 10)).length > 0);
    assert.deepEqual(await engine.logs(ref, 10), ["run"]);
  },

  "the inventory lists what runs and what does not": async ({ engine, create }) => {
    const [running, stopped] = [await create({ kind: "app" }), await create({ kind: "app" })];
    await engine.start(running);
    await engine.observe(stopped);
    const items = await engine.list();
    const statusOf = (name: string): unknown => items.find((item) => item.name === name)?.status;
    assert.equal(statusOf(running.name), "running");
    assert.equal(statusOf(stopped.name), "stopped");
  },

  "a stop resolves when the program has ended by itself": async ({ engine, create }) => {
    const ref = await create(slowEnd);
    await engine.start(ref);
    await waitUntil(async () => (await engine.logs(ref, 50)).some((line) => line.includes("listens")));
    const asked = performance.now();
    await engine.stop(ref, gently);
    assert.ok(performance.now() - asked > 350, "it was not waited for");
    const seen = await engine.observe(ref);
    assert.equal(seen.status, "stopped");
    assert.deepEqual(seen.instances, []);
    assert.equal(seen.exit?.code, 0);
    assert.ok(Math.abs(Date.now() - (seen.exit.atMs ?? 0)) < 60_000);
  },

  "stopping what is stopped changes nothing, whatever the method": async ({ engine, create }) => {
    const ref = await create({ kind: "shell", script: "exit 4" });
    await engine.start(ref);
    await waitUntil(async () => (await engine.observe(ref)).status === "stopped");
    for (const method of ["stop", "pause", "kill"] as const) await engine.stop(ref, { ...gently, method });
    assert.equal((await engine.observe(ref)).exit?.code, 4);
  },

  "a program that does not end in time is killed": async ({ engine, create }) => {
    const ref = await create({ kind: "shell", script: `trap "" TERM; echo up; while :; do sleep 0.05; done` });
    await engine.start(ref);
    await waitUntil(async () => (await engine.logs(ref, 1)).includes("up"));
    await killedInTime(engine, ref, "");
  },

  "a stop sends the given signal": async ({ engine, create }) => {
    const ref = await create(onUsr1);
    await engine.start(ref);
    await waitUntil(async () => (await engine.logs(ref, 1)).includes("up"));
    await engine.stop(ref, { ...gently, signal: "SIGUSR1" });
    assert.equal((await engine.observe(ref)).exit?.code, 7);
  },

  "a program that does not end by the given signal is killed in time": async ({ engine, create }) => {
    const ref = await create(onUsr1);
    await engine.start(ref);
    await waitUntil(async () => (await engine.logs(ref, 1)).includes("up"));
    await killedInTime(engine, ref, "SIGURG");
  },

  "kill asks nobody": async ({ engine, create }) => {
    const ref = await create(slowEnd);
    await engine.start(ref);
    await engine.stop(ref, { ...gently, method: "kill" });
    const seen = await engine.observe(ref);
    assert.equal(seen.status, "stopped");
    assert.equal(seen.exit?.code, 137);
  },

  "what is paused goes on with start, as the same run": async ({ engine, create }) => {
    const ref = await create({ kind: "app" });
    await engine.start(ref);
    const before = await engine.observe(ref);
    await engine.stop(ref, { ...gently, method: "pause" });
    assert.equal((await engine.observe(ref)).status, "paused");
    await engine.stop(ref, { ...gently, method: "pause" });
    await engine.start(ref);
    assert.deepEqual(await engine.observe(ref), before);
  },

  "what is paused can be stopped": async ({ engine, create }) => {
    const ref = await create({ kind: "app" });
    await engine.start(ref);
    await engine.stop(ref, { ...gently, method: "pause" });
    await engine.stop(ref, { ...gently, timeoutMs: 2_000 });
    assert.equal((await engine.observe(ref)).status, "stopped");
  },

  "an end of its own is reported, and its exit code known": async (subject, t) => {
    const { engine, create } = subject;
    const ref = await create({ kind: "app", env: { EXIT_AFTER_MS: "1000", EXIT_CODE: "3" } });
    const watched = await watchEngine(t, engine);
    await engine.start(ref);
    let seen: Observation;
    do {
      await watched.notified(ref.name);
      seen = await engine.observe(ref);
    } while (!hasEnded(subject, seen));
    assert.equal(seen.exit?.code, 3);
    assert.equal(seen.exit.oomKilled, false);
  },

  "every change that the gateway orders is reported": async ({ engine, create }, t) => {
    const ref = await create({ kind: "app" });
    const watched = await watchEngine(t, engine);
    const steps = [
      () => engine.start(ref),
      () => engine.stop(ref, { ...gently, method: "pause" }),
      () => engine.start(ref),
      () => engine.stop(ref, { ...gently, timeoutMs: 1_000 }),
      () => engine.start(ref),
      () => engine.stop(ref, { ...gently, method: "kill" }),
    ];
    for (const step of steps) {
      const before = watched.changes.length;
      await step();
      await waitUntil(() => watched.changes.includes(ref.name, before), 5_000, "a notification after the step");
    }
  },

  "nothing is reported after the watch was ended": async ({ engine, create }, t) => {
    const ref = await create({ kind: "app" });
    const ended = await watchEngine(t, engine);
    const other = await watchEngine(t, engine);
    ended.stop();
    const before = ended.changes.length;
    await engine.start(ref);
    await other.notified(ref.name);
    assert.equal(ended.changes.length, before);
  },
};

async function killedInTime(engine: Subject["engine"], ref: WorkloadRef, signal: string): Promise<void> {
  const asked = performance.now();
  await engine.stop(ref, { ...gently, timeoutMs: 1_000, signal });
  const tookMs = performance.now() - asked;
  assert.ok(tookMs > 950 && tookMs < 9_000, `${tookMs} ms`);
  assert.equal((await engine.observe(ref)).exit?.code, 137);
}
