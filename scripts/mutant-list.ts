/** A fault that a person might make: texts that occur exactly once in a file below src/, and their replacements. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly (readonly [file: string, find: string, replacement: string])[];
}

/** The mutants. Each breaks one rule of the life cycle, and the model test must detect every one. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "the gate stays open while a workload drains",
    edits: [
      [
        "lifecycle/workload/gate.ts",
        'state.status === "ready" &&\n    record.susp',
        '(state.status === "ready" || (state.status === "draining" && !!state.targets)) &&\n    record.susp',
      ],
    ],
  },
  {
    name: "the gate opens before the dependencies are ready",
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
    name: "the end of a lease does not count as activity",
    edits: [["lifecycle/workload/lease.ts", "if (!lease.quiet) noteUse(record, clock.now());", ""]],
  },
  {
    name: "a hold does not count as activity",
    edits: [
      ["lifecycle/admit/admit.ts", "      use(context, route, request);\n      for (const", "      for (const"],
      ["lifecycle/admit/admit.ts", "      if (decision.wake) use(context, route, request);\n", ""],
    ],
  },
  {
    name: "use is not checked again before a stop",
    edits: [
      [
        "lifecycle/stop/drain-stop.ts",
        "canBeUndone(state.reason) ? await findVeto(context, record, signal) : undefined",
        "undefined",
      ],
    ],
  },
  {
    name: "a veto is ignored",
    edits: [["lifecycle/stop/drain-stop.ts", "if (isIdle || !mayBePutOff(record)) return", "if (true) return"]],
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
    name: "traffic through a front does not count",
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
    name: "a workload that runs without answering is never stopped",
    edits: [["core/next-deadline.ts", "return state.runs ? [idle", "return false ? [idle"]],
  },
  {
    name: "min_uptime is ignored",
    edits: [["core/next-deadline.ts", "view.awakeSinceMs + view.minUptimeMs, ", ""]],
  },
  {
    name: "a pin is ignored",
    edits: [
      ["lifecycle/workload/timers.ts", "Math.max(record.keepUntilMs, record.pinnedUntilMs)", "record.keepUntilMs"],
    ],
  },
  {
    name: "dependents do not keep a dependency awake",
    edits: [
      [
        "lifecycle/workload/timers.ts",
        "dependents: record.dependents.filter((dependent) => keepsAwake(dependent, record)).length",
        "dependents: 0",
      ],
    ],
  },
  {
    name: "a workload that somebody else started is stopped as unneeded",
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
    name: "wake_after_stop is ignored",
    edits: [
      ["lifecycle/stop/suspension.ts", 'if (settings.wakeAfterStop !== "started") return false;', "return false;"],
      ["lifecycle/wake/wake.ts", "(wasStopped(record) || mustStop(record))", "mustStop(record)"],
    ],
  },
  {
    name: "a suspension does not prevent wakes",
    edits: [
      [
        "lifecycle/stop/suspension.ts",
        "  if (record.suspendedUntilMs > 0) return { workload: record.name, untilMs: record.suspendedUntilMs };\n",
        "",
      ],
    ],
  },
  {
    name: "a suspended workload is woken by its dependents",
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
    name: "a request does not restore a throttled workload's limits",
    edits: [
      ["lifecycle/workload/lease.ts", "  if (record.throttled) record.speedUp?.();\n  noteArrival", "  noteArrival"],
    ],
  },
  {
    name: "containers stay throttled when the gateway stops",
    edits: [["lifecycle/lifecycle.ts", "      await speedUpAll();\n", ""]],
  },
  {
    name: "limits are not restored after a crash of the gateway",
    edits: [["lifecycle/workload/memory.ts", "    ...(record.ownLimits && { ownLimits: record.ownLimits }),\n", ""]],
  },
  {
    name: "who started a run is forgotten at a restart",
    edits: [["lifecycle/workload/parts/run.ts", "wokenByUs: memory?.wokenByUs ?? false", "wokenByUs: false"]],
  },
  {
    name: "waiting requests are never notified",
    edits: [["lifecycle/workload/follow.ts", "    settleWaiters(one, context.clock);\n", ""]],
  },
  {
    name: "a client that disconnected is not forgotten",
    edits: [
      ["lifecycle/admit/hold.ts", '    over.addEventListener("abort", () => forget(waiter), { once: true });\n', ""],
    ],
  },
  {
    name: "a place in the queue is not freed",
    edits: [["lifecycle/admit/hold.ts", "    for (const queue of queues) queue.pending -= 1;\n", ""]],
  },
  {
    name: "a refused connection is ignored",
    edits: [
      [
        "core/transition.ts",
        'if (state.status !== "ready" || !state.targets.includes(event.endpoint)) return keep(state);',
        "return keep(state);",
      ],
    ],
  },
  {
    name: "an overtaken observation is taken",
    edits: [["lifecycle/reconcile/observe.ts", "if (seq > record.observationSeq) remember", "if (true) remember"]],
  },
  {
    name: "an outage of the engine counts as rest",
    edits: [
      [
        "lifecycle/usage/sample.ts",
        "if (after !== undefined && mayHaveBeenUsed(record, isFirst ? undefined : before, after)) noteUse(record, after.atMs);",
        "",
      ],
    ],
  },
  {
    name: "a failure has no cool-down",
    edits: [["lifecycle/wake/wake.ts", "const retryMs = coolDownMs(record.failures);", "const retryMs = 0;"]],
  },
  {
    name: "a cool-down does not grow",
    edits: [
      ["lifecycle/wake/wake.ts", "const retryMs = coolDownMs(record.failures);", "const retryMs = coolDownMs(1);"],
    ],
  },
];
