import { randomUUID } from "node:crypto";
import path from "node:path";
import { type Endpoint, noInstances, type Observation, oneInstance } from "../../core/observation.ts";
import { CAPABILITIES } from "../../core/engine-kind.ts";
import type { ProcessSettings } from "../../core/settings.ts";
import { endpointPorts } from "../../core/target-ports.ts";
import {
  DEFAULT_STOP_TIMEOUT_MS,
  EngineError,
  type Engine,
  type StopOrder,
  type StopResult,
  type WorkloadRef,
} from "../../lifecycle/ports.ts";
import { childEnvironment, whyNotStartable } from "./environment.ts";
import { createGuard } from "./guard.ts";
import { groupMembers, parseSignal, residentBytes } from "./process-group.ts";
import { startRun, type Run } from "./run.ts";
import { waitForFreePorts } from "./wait-for-free-ports.ts";

/** What the process engine needs. */
export interface ProcessEngineDeps {
  /** The gateway's environment, of which programs get a few harmless variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Creates the engine for local programs. None of them outlives the gateway, however that ends. */
export function createProcessEngine({ environment }: ProcessEngineDeps): Engine {
  const family = `DAG_RUN=${randomUUID()}`;
  const guard = createGuard(family);
  const known = new Map<string, ProcessSettings>();
  const runs = new Map<string, Run>();
  const watchers = new Set<(name?: string) => void>();
  const inTurn = createTurns();
  let count = 0;

  function notifyChange(name: string): void {
    for (const notify of watchers) notify(name);
  }

  function remember({ name, process: settings }: WorkloadRef): ProcessSettings | undefined {
    if (settings !== undefined) known.set(name, settings);
    return settings;
  }

  async function launch(ref: WorkloadRef): Promise<void> {
    const settings = present(ref, remember(ref));
    const current = runs.get(ref.name);
    if (current !== undefined && current.exit === undefined) {
      if (!current.paused) return;
      current.resume();
    } else {
      runs.set(ref.name, await begin(ref, settings));
    }
    notifyChange(ref.name);
  }

  async function begin({ name, namedPorts = [] }: WorkloadRef, settings: ProcessSettings): Promise<Run> {
    const env = childEnvironment(environment, settings);
    const fault = whyNotStartable(settings, env) ?? (await waitForFreePorts([settings.port, ...namedPorts]));
    if (fault !== undefined) throw new EngineError("refused", fault);
    count += 1;
    try {
      return await startRun(settings, env, { guard, mark: `${family}.${count}.`, onEnd: () => notifyChange(name) });
    } catch (error) {
      throw new EngineError("refused", `${settings.command[0]} cannot be started: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async function halt(ref: WorkloadRef, order: StopOrder): Promise<StopResult> {
    present(ref, remember(ref));
    const run = runs.get(ref.name);
    if (run === undefined || run.exit !== undefined) return { instances: 0 };
    const { method, timeoutMs = DEFAULT_STOP_TIMEOUT_MS } = order;
    let isKilled = false;
    if (method === "pause") run.pause();
    else isKilled = await run.end(signalOf(order), timeoutMs);
    notifyChange(ref.name);
    return { instances: 1, ...(isKilled && timeoutMs > 0 && { killedAfterMs: timeoutMs }) };
  }

  return {
    id: "process",
    kind: "process",
    capabilities: { ...CAPABILITIES.process, usage: process.platform === "linux" },

    async list() {
      return [...known].map(([name, settings]) => {
        const { id, status, image } = toObservation({ name, targetPort: settings.port }, settings, runs.get(name));
        return { name, id, status, image, labels: {} };
      });
    },
    async observe(ref) {
      return toObservation(ref, remember(ref), runs.get(ref.name));
    },
    start: (ref) => inTurn(ref.name, () => launch(ref)),
    restart: (ref, order) =>
      inTurn(ref.name, async () => {
        await halt(ref, order);
        await launch(ref);
      }),
    stop: (ref, order) => inTurn(ref.name, () => halt(ref, order)),
    watch(onChange, onLink, signal) {
      if (signal.aborted) return;
      watchers.add(onChange);
      signal.addEventListener("abort", () => watchers.delete(onChange), { once: true });
      onLink(true);
      onChange();
    },
    async logs(ref, lines) {
      return runs.get(ref.name)?.output.lines(lines) ?? [];
    },
    async usage(ref) {
      const run = runs.get(ref.name);
      if (run === undefined || run.exit !== undefined || process.platform !== "linux") return undefined;
      const members = groupMembers(run.pid);
      const cpuMs = members.reduce((sum, member) => sum + member.cpuMs, 0);
      const memoryBytes = members.reduce((sum, { pid }) => sum + residentBytes(pid), 0);
      return { ...NO_NETWORK, cpuMs, memoryBytes, connections: undefined };
    },
    execs: async () => 0,
    limits: hasNoLimits,
    throttle: hasNoLimits,
    restore: hasNoLimits,
    async close() {
      await Promise.all(
        [...runs.values()].filter((run) => run.exit === undefined).map((run) => run.end("SIGTERM", CLOSE_MS)),
      );
      guard.close();
      watchers.clear();
    },
  };
}

/** How long programs may take to end when the gateway stops. */
const CLOSE_MS = 5_000;
const NO_NETWORK = { rxBytes: undefined, txBytes: undefined, rxPackets: undefined, txPackets: undefined };

function present({ name }: WorkloadRef, settings: ProcessSettings | undefined): ProcessSettings {
  if (settings === undefined) throw new EngineError("absent", `There is no process "${name}"`);
  return settings;
}

function signalOf({ method, signal }: StopOrder): NodeJS.Signals {
  const parsed = method === "kill" ? "SIGKILL" : parseSignal(signal || "SIGTERM");
  if (parsed === undefined) throw new EngineError("refused", `${signal} (stop_signal) is not a signal`);
  return parsed;
}

function toObservation(
  ref: Pick<WorkloadRef, "name" | "targetPort" | "namedPorts">,
  settings: ProcessSettings | undefined,
  run: Run | undefined,
): Observation {
  const { name } = ref;
  const up = run !== undefined && run.exit === undefined;
  const runs = run?.paused ? "paused" : "running";
  const id = settings === undefined ? "" : `process:${name}`;
  return {
    name,
    id,
    status: settings === undefined ? "absent" : up ? runs : "stopped",
    health: "none",
    image: path.basename(settings?.command[0] ?? ""),
    ...(up && settings
      ? oneInstance(id, endpointsOn({ ...ref, targetPort: settings.port }), run.startedAtMs)
      : noInstances()),
    startedAtMs: up ? run.startedAtMs : undefined,
    exit: run?.exit,
  };
}

/** Returns both loopback addresses, because a program that listens on "localhost" may only use IPv6. */
function endpointsOn(ref: Pick<WorkloadRef, "targetPort" | "namedPorts">): Endpoint[] {
  return endpointPorts(ref, []).flatMap((port) =>
    ["127.0.0.1", "::1"].map((host) => ({ host, published: false, ...port })),
  );
}

/** Creates the function that runs the orders for each name one after the other. */
function createTurns(): <T>(name: string, act: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, act) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(act, act);
    last.set(name, turn);
    return turn;
  };
}

async function hasNoLimits(): Promise<never> {
  throw new EngineError("refused", "A local process has no limits of its own");
}
