import { createHash } from "node:crypto";
import type { Gate } from "../../core/decision.ts";
import { gatesOf } from "../workload/gate.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** The value of a sticky cookie: the member of a group, and of several instances the one. */
export function pinOf({ name, engine }: WorkloadRecord, gate: Gate): string {
  return engine.capabilities.replicas ? `${name}${SEPARATOR}${keyOf(gate)}` : name;
}

/** Returns the member that a sticky cookie names; it comes from the client, so it is only ever compared. */
export function pinnedMember(pin: string | undefined): string | undefined {
  return pin?.split(SEPARATOR)[0];
}

/** Returns the decision for the instance that a sticky cookie names, while requests may go there. */
export function pinnedGate(first: Gate, pin: string | undefined): Gate | undefined {
  const [name, key] = pin?.split(SEPARATOR) ?? [];
  if (name !== first.workload || key === undefined) return undefined;
  return gatesOf(first).find((gate) => keyOf(gate) === key);
}

/** No character of a container's, service's or pod's name. */
const SEPARATOR = "~";

/** Addresses inside are nobody's business, so that a cookie has a digest of them, which survives a restart of the gateway. */
function keyOf({ workload, to: { host, port } }: Gate): string {
  return createHash("sha256").update(`${workload} ${host} ${port}`).digest("base64url").slice(0, 12);
}
