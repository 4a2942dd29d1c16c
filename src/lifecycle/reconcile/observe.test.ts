import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeEngine } from "../../../test/integration/fake-engine.ts";
import { createManualClock } from "../../../test/integration/manual-clock.ts";
import { settingsOf } from "../../../test/integration/settings.ts";
import { noInstances, type Observation } from "../../core/observation.ts";
import { isOurRun, recordObservation, observe, observeUntilStable } from "./observe.ts";
import { EngineError } from "../ports.ts";
import { createRecord, type WorkloadRecord } from "../workload/record.ts";

const STOPPED: Observation = {
  name: "app",
  id: "x",
  status: "stopped",
  health: "none",
  image: "",
  ...noInstances(),
  startedAtMs: undefined,
  exit: undefined,
};
const running = (startedAtMs: number): Observation => ({ ...STOPPED, status: "running", startedAtMs });

/** Creates a record whose engine answers when the test decides, in any order. */
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
  const [first, second] = [observe(record), observe(record)];
  answer[1]!(running(2));
  assert.equal((await second)?.startedAtMs, 2);
  answer[0]!(STOPPED);
  assert.equal((await first)?.startedAtMs, 2);
  assert.equal(record.observation?.startedAtMs, 2);
});

test("a list is not replaced by an answer that was requested before it", async () => {
  const { record, answer } = open();
  const early = observe(record);
  recordObservation(record, STOPPED);
  answer[0]!(running(1));
  assert.equal((await early)?.status, "stopped");
});

test("an unreachable engine reports nothing and changes nothing, any other fault is one", async () => {
  const { record, answer } = open();
  recordObservation(record, running(1));
  const lost = observe(record);
  answer[0]!(new EngineError("unreachable", "lost"));
  assert.equal(await lost, undefined);
  assert.equal(record.observation?.startedAtMs, 1);
  record.engine.observe = () => Promise.reject(new TypeError("broken"));
  await assert.rejects(observe(record), TypeError);
});

test("an observation until stable is repeated after a change meanwhile, and leaves nothing behind", async () => {
  const { record, answer } = open();
  const seen = observeUntilStable(record);
  for (const notify of record.signals) notify();
  answer[0]!(STOPPED);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answer.length, 2);
  answer[1]!(running(5));
  assert.equal((await seen)?.startedAtMs, 5);
  assert.equal(record.signals.size, 0);
});

test("the first run that is seen after our start is ours, the next one is not", async () => {
  const { record, answer } = open();
  const before = observe(record);
  record.startedAtSeq = record.lastSeq;
  answer[0]!(STOPPED);
  await before;
  assert.equal(isOurRun(record), false);
  const after = observe(record);
  answer[1]!(running(7));
  await after;
  assert.deepEqual([isOurRun(record), record.wokenByUs], [true, true]);
  recordObservation(record, running(9));
  assert.equal(isOurRun(record), false);
});
