/** A fault that a person might make: texts that stand exactly once in a file below src/, and what takes their place. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly (readonly [file: string, find: string, replacement: string])[];
}

/** Each breaks one promise of the life cycle, and the model test must notice every one of them. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "the gate stays open while a workload drains",
    edits: [
      [
        "lifecycle/workload/gate.ts",
        'state.status === "ready" &&\n    record.susp',
        '(state.status === "ready" || state.status === "draining") &&\n    record.susp',
      ],
    ],
  },
  {
    name: "the gate opens before what it needs is there",
    edits: [
      [
        "lifecycle/workload/gate.ts",
        "record.dependencies.every(({ record: dependency, condition }) =>",
        "[].every((_: never) =>",
      ],
    ],
  },
  {
    name: "a drain does not wait for open leases",
    edits: [["lifecycle/stop/drain-stop.ts", "while (record.leases > 0 &&", "while (false &&"]],
  },
  {
    name: "leases do not count against idleness",
    edits: [
      ["lifecycle/workload/timers.ts", "leases: record.leases + record.waiters.size", "leases: record.waiters.size"],
    ],
  },
  {
    name: "an end of a lease is no activity",
    edits: [["lifecycle/workload/lease.ts", "if (!lease.quiet) noteUse(record, clock.now());", ""]],
  },
  {
    name: "a hold is no activity",
    edits: [
      ["lifecycle/admit/admit.ts", "      use(context, route, request);\n      for (const", "      for (const"],
      ["lifecycle/admit/admit.ts", "      if (decision.wake) use(context, route, request);\n", ""],
    ],
  },
  {
    name: "nobody looks again before a stop",
    edits: [
      [
        "lifecycle/stop/drain-stop.ts",
        "canBeUndone(state.reason) ? await findVeto(context, record, signal) : undefined",
        "undefined",
      ],
    ],
  },
  {
    name: "a veto is found and ignored",
    edits: [
      [
        "lifecycle/stop/drain-stop.ts",
        "if ((veto === undefined && !isOutOfReach) || !mayBePutOff(record)) {",
        "if (true) {",
      ],
    ],
  },
  {
    name: "a running command is no veto",
    edits: [
      [
        "lifecycle/stop/veto.ts",
        "return (await record.engine.execs(refOf(record)).catch(() => 0)) > 0;",
        "return false;",
      ],
    ],
  },
  {
    name: "what a front carries past is not counted",
    edits: [["lifecycle/usage/sample.ts", "if (record.seenByFront) return;", "return;"]],
  },
  {
    name: "readings are compared with nothing",
    edits: [["lifecycle/usage/sample.ts", "if (after === undefined || isFirst) {", "if (true) {"]],
  },
  {
    name: "late results of jobs are not dropped",
    edits: [
      ["lifecycle/workload/dispatch.ts", 'if (effects.includes("cancel")) record.job?.abort();', ""],
      ["core/transition.ts", 'return "run" in state && state.run === run;', 'return "run" in state;'],
    ],
  },
  {
    name: "a second start during one that hangs",
    edits: [["lifecycle/wake/start.ts", "record.startCall ??= callStart", "record.startCall = callStart"]],
  },
  {
    name: "a failed stop is tried again at once",
    edits: [["lifecycle/stop/drain-stop.ts", "  putOffUntil(record, clock.now() + AFTER_FAILED_STOP_MS);\n", ""]],
  },
  {
    name: "one that runs without an answer is never stopped",
    edits: [["core/next-deadline.ts", "return state.runs ? [idle", "return false ? [idle"]],
  },
  {
    name: "min_uptime is ignored",
    edits: [["core/next-deadline.ts", "view.awakeSinceMs + view.minUptimeMs, ", ""]],
  },
  {
    name: "a pin is overlooked",
    edits: [
      ["lifecycle/workload/timers.ts", "Math.max(record.keepUntilMs, record.pinnedUntilMs)", "record.keepUntilMs"],
    ],
  },
  {
    name: "dependents do not keep awake",
    edits: [
      [
        "lifecycle/workload/timers.ts",
        "dependents: record.dependents.filter((dependent) => keepsAwake(dependent, record)).length",
        "dependents: 0",
      ],
    ],
  },
  {
    name: "what others have started is unneeded",
    edits: [["lifecycle/workload/timers.ts", "wokenByUs: record.wokenByUs && !isOneShot(record)", "wokenByUs: true"]],
  },
  {
    name: "a truce is ignored",
    edits: [
      [
        "lifecycle/reconcile/truces.ts",
        "return truce !== undefined && clock.now() < truce.untilMs ? truce : undefined;",
        "return undefined;",
      ],
    ],
  },
  {
    name: "what somebody has stopped is woken, wake_after_stop or not",
    edits: [
      ["lifecycle/stop/suspension.ts", 'if (settings.wakeAfterStop !== "started") return false;', "return false;"],
      ["lifecycle/wake/wake.ts", "(wasStopped(record) || mustStop(record))", "mustStop(record)"],
    ],
  },
  {
    name: "a suspension keeps nobody from waking",
    edits: [
      [
        "lifecycle/stop/suspension.ts",
        "  if (record.suspendedUntilMs > 0) return { workload: record.name, untilMs: record.suspendedUntilMs };\n",
        "",
      ],
    ],
  },
  {
    name: "a suspended one is woken by its dependents",
    edits: [
      [
        "lifecycle/stop/suspension.ts",
        'return cause === "admin" ?',
        'if (cause === "dependency") return true;\n  return cause === "admin" ?',
      ],
      ["lifecycle/wake/wake-dependencies.ts", "if (suspended !== undefined) return", "if (false) return"],
      ["lifecycle/wake/wake-dependencies.ts", " && suspensionOf(record) === undefined) {", ") {"],
    ],
  },
  {
    name: "a suspension is forgotten at a restart",
    edits: [["lifecycle/workload/memory.ts", "...(record.suspendedUntilMs > 0 &&", "...(false &&"]],
  },
  {
    name: "a suspension leaves the gate open",
    edits: [["lifecycle/workload/gate.ts", "    record.suspendedUntilMs === 0 &&\n", ""]],
  },
  {
    name: "a stop deletes a container made with --rm",
    edits: [["lifecycle/stop/stop-deletes.ts", "return observation?.autoRemove === true &&", "return false &&"]],
  },
  {
    name: "requests to a throttled one are served at its low speed",
    edits: [
      ["lifecycle/workload/lease.ts", "  if (record.throttled) record.speedUp?.();\n  noteArrival", "  noteArrival"],
    ],
  },
  {
    name: "the gateway's end leaves containers throttled",
    edits: [["lifecycle/lifecycle.ts", "      await speedUpAll();\n", ""]],
  },
  {
    name: "limits are not given back after a crash of the gateway",
    edits: [["lifecycle/workload/memory.ts", "    ...(record.ownLimits && { ownLimits: record.ownLimits }),\n", ""]],
  },
  {
    name: "whose run it is is forgotten at a restart",
    edits: [
      [
        "lifecycle/workload/parts/run.ts",
        "wokenByUs: memory?.stoppedByUs === false && memory.wakesTotal > 0",
        "wokenByUs: false",
      ],
    ],
  },
  {
    name: "who waits is never told",
    edits: [["lifecycle/workload/follow.ts", "    settleWaiters(one, context.clock);\n", ""]],
  },
  {
    name: "who leaves is not forgotten",
    edits: [
      ["lifecycle/admit/hold.ts", '    over.addEventListener("abort", () => forget(waiter), { once: true });\n', ""],
    ],
  },
  {
    name: "a place in the queue is not freed",
    edits: [["lifecycle/admit/hold.ts", "    for (const queue of queues) queue.pending -= 1;\n", ""]],
  },
  {
    name: "a refused connection is overlooked",
    edits: [
      [
        "core/transition.ts",
        'if (state.status !== "ready" || !state.targets.includes(event.endpoint)) return keep(state);',
        "return keep(state);",
      ],
    ],
  },
];
