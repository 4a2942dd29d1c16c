import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeEngine } from "../../test/integration/fake-engine.ts";
import { createManualClock } from "../../test/integration/manual-clock.ts";
import { countingEngine } from "./counting-engine.ts";

test("every call of an engine is counted with its result, and answers as before", async () => {
  const counted: string[] = [];
  const fake = createFakeEngine({ clock: createManualClock() });
  fake.add("app");
  const engine = countingEngine(fake, { engineRequest: (operation, result) => counted.push(`${operation} ${result}`) });
  const ref = { name: "app", targetPort: 80, network: "" };

  assert.equal((await engine.list()).length, 1);
  await assert.rejects(engine.start({ ...ref, name: "missing" }), { code: "absent" });
  fake.get("app").refusesStart = "no such image";
  await assert.rejects(engine.start(ref), { code: "refused", message: "no such image" });
  fake.reachable(false);
  await assert.rejects(engine.logs(ref, 5), { code: "unreachable" });
  assert.deepEqual(counted, ["list success", "start absent", "start refused", "logs unreachable"]);
});

test("a fault that is no answer of an engine counts as an error", async () => {
  const counted: string[] = [];
  const fake = createFakeEngine({ clock: createManualClock() });
  const broken = { ...fake, list: () => Promise.reject(new TypeError("broken")) };
  const engine = countingEngine(broken, {
    engineRequest: (operation, result) => counted.push(`${operation} ${result}`),
  });
  await assert.rejects(engine.list(), TypeError);
  assert.deepEqual(counted, ["list error"]);
});

test("what is no call stays as it is", () => {
  const fake = createFakeEngine({ clock: createManualClock(), kind: "process" });
  const engine = countingEngine(fake, { engineRequest: () => undefined });
  assert.equal(engine.kind, "process");
  assert.equal(engine.capabilities, fake.capabilities);
});
