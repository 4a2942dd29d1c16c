import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerStatus, Pod } from "./api-types.ts";
import { toInstances } from "./instances.ts";
import { reachPods } from "./pod-reach.ts";
import { findTrouble } from "./pod-trouble.ts";

let count = 0;
const READY = { type: "Ready", status: "True" };
const FINISHED = "2026-11-28T21:00:00Z";
const crash = (exitCode: number, reason: string) => ({ terminated: { exitCode, reason, finishedAt: FINISHED } });

const troubles: readonly [string, Pod, Partial<ReturnType<typeof findTrouble>>][] = [
  ["a pod that is ready is no trouble", pod({ conditions: [READY] }), { note: "" }],
  [
    "no node has room",
    pod({
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: …",
        },
      ],
    }),
    { note: "no node has room: 0/1 nodes are available: 1 Insufficient memory", trouble: "unschedulable" },
  ],
  [
    "an image that cannot be pulled",
    pod({}, { state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "none:1"' } } }),
    { note: 'the image app:1 cannot be pulled (ImagePullBackOff): Back-off pulling image "none:1"', trouble: "image" },
  ],
  [
    "a crash, most of the time `terminated`",
    pod({}, { restartCount: 2, state: crash(3, "Error") }),
    {
      note: "container app ended with exit code 3 and is restarted",
      crash: { code: 3, oomKilled: false, message: "", atMs: Date.parse(FINISHED) },
    },
  ],
  [
    "out of memory, shortly before the next try",
    pod(
      {},
      { restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: crash(137, "OOMKilled") },
    ),
    {
      note: "container app ran out of memory and is restarted",
      crash: { code: 137, oomKilled: true, message: "", atMs: Date.parse(FINISHED) },
    },
  ],
  [
    "a readiness probe that fails",
    pod({ podIP: "10.98.0.2" }, { state: { running: {} } }, true),
    { note: "its readiness probe has not passed", trouble: "unhealthy" },
  ],
  ["a pod without an address", pod({}), { note: "the pod is being created" }],
];

for (const [what, found, expected] of troubles) {
  test(`${what}: ${expected.note || "nothing is said"}`, () => {
    assert.deepEqual(findTrouble({}, [found]), expected);
  });
}

test("a pod of a StatefulSet that must end first, and a quota that lets none be made, are named", () => {
  const ending = pod({ conditions: [READY] });
  const gone = { ...ending, metadata: { ...ending.metadata, deletionTimestamp: FINISHED } };
  assert.equal(findTrouble({}, [gone]).note, "its former pod must end first");
  const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: q, requested: pods=1" }];
  assert.equal(
    findTrouble({ status: { conditions } }, []).note,
    "no pod can be created: exceeded quota: q, requested: pods=1",
  );
});

test("one pod that crashes next to one that only starts is not a crash of the workload", () => {
  const crashed = pod({}, { restartCount: 1, state: crash(3, "Error") });
  assert.equal(findTrouble({}, [crashed, pod({})]).crash, undefined);
});

test("a pod without a readiness probe is tried at its address, one with a probe when that has passed", () => {
  const running = { state: { running: { startedAt: FINISHED } } };
  const [bare, probed] = [pod({ podIP: "10.98.0.2" }, running), pod({ podIP: "10.98.0.3" }, running, true)];
  const passed = pod({ podIP: "10.98.0.4", conditions: [READY] }, running, true);
  const ready = toInstances([bare, probed, passed], reachPods([{ port: 8080 }])).map(({ ready: is, endpoints }) => {
    return [is, endpoints[0]?.host, endpoints[0]?.port];
  });
  assert.deepEqual(ready, [
    [true, "10.98.0.2", 8080],
    [false, "10.98.0.3", 8080],
    [true, "10.98.0.4", 8080],
  ]);
});

test("no request goes to a pod that ends, has crashed, or was evicted", () => {
  const ending = pod({ podIP: "10.98.0.2", conditions: [READY] });
  const pods = [
    { ...ending, metadata: { ...ending.metadata, deletionTimestamp: FINISHED } },
    pod({ podIP: "10.98.0.3" }, { restartCount: 1, state: crash(1, "Error") }),
    pod({ podIP: "10.98.0.4", phase: "Failed" }),
  ];
  assert.deepEqual(
    toInstances(pods, reachPods([{ port: 80 }])).map(({ ready, ending: ends }) => [ready, ends]),
    [
      [false, true],
      [false, false],
    ],
  );
});

function pod(status: NonNullable<Pod["status"]>, container: Partial<ContainerStatus> = {}, hasProbe = false): Pod {
  count += 1;
  const metadata = { name: `web-5d9c7b-${count}`, namespace: "n", uid: `uid-${count}`, resourceVersion: "1" };
  return {
    metadata,
    spec: { nodeName: "node-1", containers: [{ name: "app", ...(hasProbe && { readinessProbe: {} }) }] },
    status: {
      phase: "Running",
      ...status,
      containerStatuses: [{ name: "app", image: "app:1", ready: false, ...container }],
    },
  };
}
