import { createHash } from "node:crypto";
import type { Gate } from "../../core/decision.ts";
import { gatesOf } from "../workload/gate.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** Returns the value of a sticky cookie: the member of a group, and which of its instances. */
export function pinOf({ name, engine }: WorkloadRecord, gate: Gate): string {
  return engine.capabilities.replicas ? `${name}${SEPARATOR}${keyOf(gate)}` : name;
}

/** Returns the member that a sticky cookie names. The client controls it, so it is only compared with known names. */
export function pinnedMember(pin: string | undefined): string | undefined {
  return pin?.split(SEPARATOR)[0];
}

/** Returns the gate of the instance that a sticky cookie names, while it is a target. */
export function pinnedGate(first: Gate, pin: string | undefined): Gate | undefined {
  const [name, key] = pin?.split(SEPARATOR) ?? [];
  if (name !== first.workload || key === undefined) return undefined;
  return gatesOf(first).find((gate) => keyOf(gate) === key);
}

/** Does not occur in the name of a container, service or pod. */
const SEPARATOR = "~";

/**
 * Internal addresses must not be disclosed: the cookie contains a digest, which is the same after a restart of the
 * gateway.
 */
function keyOf({ workload, to: { host, port } }: Gate): string {
  return createHash("sha256").update(`${workload} ${host} ${port}`).digest("base64url").slice(0, 12);
}
