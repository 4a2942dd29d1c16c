import type { Endpoint } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import type { PortRecord } from "../workload/parts/probe.ts";
import { portTo } from "../workload/ports-of.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { numberOf } from "./target-port.ts";
import { hangsUpForTls, noteWantsTls, wantsTls } from "./wants-tls.ts";

/**
 * Notes the first response of an app since it became ready (`undefined`: it closed the connection). To a TCP probe an
 * app that requires TLS looks ready, but it answers 400 to plain HTTP; this is checked once, after the response. Called
 * while `heardFrom` of the port is another endpoint.
 */
export function noteFirstAnswer(
  context: LifecycleContext,
  record: WorkloadRecord,
  to: Endpoint,
  status: number | undefined,
): void {
  const port = portTo(record, to);
  if (isOneOfSeveral(port)) return;
  port.heardFrom = to;
  const isSuspect = to.tls === undefined && (status === undefined || status === 400);
  const check = status === undefined ? hangsUpForTls : wantsTls;
  port.tlsCheck = isSuspect ? checkTls(context, record, to, check) : undefined;
}

/** The same if responses bypass the gateway: only the usual TLS ports are suspect. */
export function noteFirstPass(context: LifecycleContext, record: WorkloadRecord, to: Endpoint): void {
  const port = portTo(record, to);
  if (isOneOfSeveral(port)) return;
  port.heardFrom = to;
  const isProbed = record.settings.healthPath !== "" && port.namedPort === undefined;
  const mayBe = to.tls === undefined && !isProbed && isTlsPort(numberOf(record, to));
  port.tlsCheck = mayBe ? checkTls(context, record, to, wantsTls) : undefined;
}

/** Returns true if another instance has answered, because all instances are alike. */
function isOneOfSeveral({ gate, heardFrom }: PortRecord): boolean {
  return gate !== undefined && heardFrom !== undefined && gate.targets.includes(heardFrom);
}

async function checkTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  to: Endpoint,
  check: typeof wantsTls,
): Promise<boolean> {
  const port = portTo(record, to);
  const known = port.wantsTls;
  noteWantsTls(port, await check(context, record, to, NEVER_ABORTED));
  if (!port.wantsTls) return false;
  if (!known) context.emit({ type: "wants-tls", workload: record.name, port: numberOf(record, to) });
  // A front may be configured to use TLS itself; only requests that the gateway forwards in plain HTTP fail.
  if (!record.seenByFront) context.dispatch(record, { type: "refused", endpoint: to });
  return true;
}

function isTlsPort(port: number): boolean {
  return String(port).endsWith("443");
}

const NEVER_ABORTED = new AbortController().signal;
