import assert from "node:assert/strict";
import { createKubernetesEngine } from "../../src/engines/kubernetes/create-kubernetes-engine.ts";
import { readKubeconfig } from "../../src/engines/kubernetes/kubeconfig.ts";
import { RIGHTS } from "../../src/engines/kubernetes/rights.ts";
import { cleanup } from "../support/cleanup.ts";
import { workload } from "../support/kube/manifests.ts";
import { shareBed } from "../support/kube/shared-bed.ts";
import { kubernetesFacts } from "./engine-kubernetes-facts.ts";
import type { MakeSubject, Program } from "./engine-subject.ts";
import { engineLogRules } from "./engine-logs.ts";
import { engineContract } from "./engine.ts";

const bedFor = shareBed();
let count = 0;

/** With the least rights, so that every rule holds with them. */
const make: MakeSubject = async (t) => {
  const bed = await bedFor(t);
  if (bed === undefined) return undefined;
  const namespace = await bed.namespace();
  const rules = RIGHTS.map(({ apiGroup, resources, verbs }) => ({ apiGroups: [apiGroup], resources, verbs }));
  const file = await bed.kubeconfigFor("contract", rules);
  const connect = () => readKubeconfig({ file, context: "" });
  const engine = createKubernetesEngine({ connect, namespaces: [namespace], named: () => [] });
  cleanup(t, () => engine.close());
  return {
    engine,
    missing: { name: `kubernetes:${namespace}/missing`, targetPort: 80, network: "" },
    async create(program) {
      count += 1;
      const name = `app-${count}`;
      await bed.api.apply(workload({ namespace, name, replicas: 0, conduct: conductOf(program) }));
      return { name: `kubernetes:${namespace}/${name}`, targetPort: 80, network: "" };
    },
  };
};

/** Pods of the bed run no program: they write what a script would echo. */
function conductOf(program: Program): Readonly<Record<string, string>> {
  if (program.kind === "app") {
    assert.ok(program.env?.["EXIT_AFTER_MS"] === undefined, RUNS_NOTHING);
    return { log: "listens" };
  }
  const [, word] = /^echo (\w+); exec sleep 100$/.exec(program.script) ?? [];
  assert.ok(word, RUNS_NOTHING);
  return { log: word };
}

const RUNS_NOTHING = "the bed's pods run no program; a pod's end is not its workload's";
const SCALES = "a workload is stopped by its scale, and its pods end as their template says";
const NO_USAGE = "Kubernetes has no counters that can be trusted (capability usage: false)";
const NO_PAUSE = "pods cannot be paused (capability pause: false)";

engineContract("Kubernetes", make, {
  "a stop resolves when the program has ended by itself": SCALES,
  "stopping what is stopped changes nothing, whatever the method": RUNS_NOTHING,
  "a program that does not end in time is killed": SCALES,
  "a stop sends the given signal": SCALES,
  "a program that does not end by the given signal is killed in time": SCALES,
  "kill asks nobody": SCALES,
  "what is paused goes on with start, as the same run": NO_PAUSE,
  "what is paused can be stopped": NO_PAUSE,
  "an end of its own is reported, and its exit code known": RUNS_NOTHING,
  "every change that the gateway orders is reported": NO_PAUSE,
  "usage counts up while a program works": NO_USAGE,
  "a limited program gets less of the CPU, until the limit is lifted":
    "a pod's limits are in its template (capability throttle: false)",
  ...Object.fromEntries(Object.keys(engineLogRules).map((title) => [title, RUNS_NOTHING])),
});

kubernetesFacts(bedFor);
