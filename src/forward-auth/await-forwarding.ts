import type { Socket } from "node:net";
import type { LifecycleContext } from "../lifecycle/context.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";
import type { Forwarding, Forwardings } from "./forwarding.ts";

/** Less than Traefik's `pollTimeout` of 5 s. */
const LIMIT_MS = 4_000;
const RECHECK_MS = 50;
/** How long a front that has waited in vain does not wait again; a shorter `pollTimeout` may have ended its wait. */
const PATIENCE_MS = 60_000;

interface AwaitForwardingDeps {
  readonly context: Pick<LifecycleContext, "clock">;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  readonly settle: (address: string) => Forwardings;
  /** Returns whether it is being queried how a front reaches a container. */
  readonly areLoading: () => boolean;
}

/**
 * Creates the function that returns a promise while it is not yet known how a front forwards that has just connected.
 * Without the wait, the first document after a restart would make awake apps depend on the gateway again, which may
 * crash again at once.
 */
export function createAwaitForwarding(
  deps: AwaitForwardingDeps,
): (socket: Socket, address: string) => Promise<void> | undefined {
  const { clock } = deps.context;
  const connected = new WeakSet<Socket>();
  const inVainMs = new Map<string, number>();
  let startingUntilMs: number | undefined;

  function isIncomplete(address: string): boolean {
    const ways = deps.settle(address);
    if (deps.areLoading() && ways.values().some(isUnknown)) return true;
    startingUntilMs ??= clock.now() + LIMIT_MS;
    // Later, an app that is not ready has crashed, and Traefik needs the document at once.
    return clock.now() < startingUntilMs && deps.records.values().some(becomesDirect);
  }

  async function untilComplete(socket: Socket, address: string): Promise<void> {
    const untilMs = clock.now() + LIMIT_MS;
    do await clock.sleep(RECHECK_MS);
    while (!socket.destroyed && clock.now() < untilMs && isIncomplete(address));
    if (socket.destroyed || clock.now() >= untilMs) inVainMs.set(address, clock.now());
  }

  return function awaitForwarding(socket, address) {
    if (connected.has(socket)) return undefined;
    connected.add(socket);
    if (clock.now() - (inVainMs.get(address) ?? Number.NEGATIVE_INFINITY) < PATIENCE_MS) return undefined;
    return isIncomplete(address) ? untilComplete(socket, address) : undefined;
  };
}

function isUnknown({ reach }: Forwarding): boolean {
  return reach.by === "gateway" && reach.why === "unknown";
}

/** Returns whether a front may forward directly to it once it has been probed and its counters are read. */
function becomesDirect({ forwarding, state }: WorkloadRecord): boolean {
  if (forwarding?.reason === "unread") return true;
  return forwarding?.reason === "not-ready" && (state.status === "unready" || state.status === "ready");
}
