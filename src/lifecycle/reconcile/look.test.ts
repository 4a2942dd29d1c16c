import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeEngine } from "../../../test/integration/fake-engine.ts";
import { createManualClock } from "../../../test/integration/manual-clock.ts";
import { settingsOf } from "../../../test/integration/settings.ts";
import type { Observation } from "../../core/observation.ts";
import { isOurRun, learn, look, lookAtRest } from "./look.ts";
import { EngineError } from "../ports.ts";
import { createRecord, type WorkloadRecord } from "../workload/record.ts";

const STOPPED: Observation = {
  name: "app",
  id: "x",
  status: "stopped",
  health: "none",
  image: "",
  endpoints: [],
  startedAtMs: undefined,
  exit: undefined,
};
const running = (startedAtMs: number): Observation => ({ ...STOPPED, status: "running", startedAtMs });

/** A record whose engine's answers are given one by one, in any order. */
function open(): { record: WorkloadRecord; answer: ((seen: Observation | EngineError) => void)[] } {
  const answer: ((seen: Observation | EngineError) => void)[] = [];
  const engine = createFakeEngine({ clock: createManualClock() });
  engine.observe = () =>
    new Promise((resolve, reject) => {
      answer.push((seen) => (seen instanceof EngineError ? reject(seen) : resolve(seen)));
    });
  const [settings] = settingsOf([{ name: "app" }]).workloads;
  return { record: createRecord(settings!, engine, undefined, 0), answer };
}

test("an answer that is overtaken by a later one is dropped for that", async () => {
  const { record, answer } = open();
  const [first, second] = [look(record), look(record)];
  answer[1]!(running(2));
  assert.equal((await second)?.startedAtMs, 2);
  answer[0]!(STOPPED);
  assert.equal((await first)?.startedAtMs, 2);
  assert.equal(record.observation?.startedAtMs, 2);
});

test("what a list said is dropped for no answer that was asked for before it", async () => {
  const { record, answer } = open();
  const early = look(record);
  learn(record, STOPPED);
  answer[0]!(running(1));
  assert.equal((await early)?.status, "stopped");
});

test("an engine out of reach says nothing and changes nothing, any other fault is one", async () => {
  const { record, answer } = open();
  learn(record, running(1));
  const lost = look(record);
  answer[0]!(new EngineError("unreachable", "lost"));
  assert.equal(await lost, undefined);
  assert.equal(record.observation?.startedAtMs, 1);
  record.engine.observe = () => Promise.reject(new TypeError("broken"));
  await assert.rejects(look(record), TypeError);
});

test("a look at rest looks again when there was a hint meanwhile, and leaves nothing behind", async () => {
  const { record, answer } = open();
  const seen = lookAtRest(record);
  for (const nudge of record.nudges) nudge();
  answer[0]!(STOPPED);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answer.length, 2);
  answer[1]!(running(5));
  assert.equal((await seen)?.startedAtMs, 5);
  assert.equal(record.nudges.size, 0);
});

test("the first run that is seen after our start is ours, the next one is not", async () => {
  const { record, answer } = open();
  const before = look(record);
  record.startedAtLook = record.looks;
  answer[0]!(STOPPED);
  await before;
  assert.equal(isOurRun(record), false);
  const after = look(record);
  answer[1]!(running(7));
  await after;
  assert.deepEqual([isOurRun(record), record.wokenByUs], [true, true]);
  learn(record, running(9));
  assert.equal(isOurRun(record), false);
});
