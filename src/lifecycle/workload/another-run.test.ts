import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeEngine } from "../../../test/integration/fake-engine.ts";
import { createManualClock } from "../../../test/integration/manual-clock.ts";
import { settingsOf } from "../../../test/integration/settings.ts";
import type { Instance, Observation } from "../../core/observation.ts";
import { isAnotherRun } from "./another-run.ts";
import { createRecord } from "./record.ts";

const young = pod("young", 2_000);
const old = pod("old", 1_000);

const cases: readonly { what: string; last: readonly Instance[]; seen: readonly Instance[]; isAnother: boolean }[] = [
  { what: "the oldest pod ends, another goes on", last: [old, young], seen: [young], isAnother: false },
  { what: "the oldest pod is about to end", last: [old, young], seen: [ending(old), young], isAnother: false },
  { what: "a pod that was not up yet goes on", last: [old, pod("young")], seen: [young], isAnother: false },
  { what: "every pod is replaced at once", last: [old], seen: [young], isAnother: true },
  { what: "the only pod that goes on is ending", last: [old, young], seen: [ending(young)], isAnother: true },
  { what: "a container is restarted under its id", last: [old], seen: [pod("old", 2_000)], isAnother: true },
];

for (const { what, last, seen, isAnother } of cases) {
  test(`${what}: ${isAnother ? "another run" : "the same run"}`, () => {
    assert.equal(isAnotherRun(record(), observed(last), observed(seen)), isAnother);
  });
}

function record() {
  const [settings] = settingsOf([{ name: "app" }]).workloads;
  return createRecord(settings!, createFakeEngine({ clock: createManualClock() }), undefined, 0);
}

function pod(id: string, startedAtMs?: number): Instance {
  const endpoints = [{ host: id, port: 80, published: false }];
  return { id, ready: true, ending: false, node: "", ...(startedAtMs !== undefined && { startedAtMs }), endpoints };
}

function ending(instance: Instance): Instance {
  return { ...instance, ready: false, ending: true };
}

/** Creates an observation as from Kubernetes, whose start is that of the oldest ready instance. */
function observed(instances: readonly Instance[]): Observation {
  return {
    name: "app",
    id: "x",
    status: "running",
    health: "none",
    image: "",
    instances,
    wanted: instances.length,
    version: "",
    note: "",
    startedAtMs: instances.find(({ ready }) => ready)?.startedAtMs,
    exit: undefined,
  };
}
