import type { Endpoint } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import type { PortRecord } from "../workload/parts/probe.ts";
import { portTo } from "../workload/ports-of.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { numberOf } from "./target-port.ts";
import { hangsUpForTls, noteWantsTls, wantsTls } from "./wants-tls.ts";

/**
 * Notes the first answer that an app gives since it is ready (`undefined`: it hung up). A TCP probe finds an app ready that
 * takes TLS alone, and then it says 400 to everything: checked once, after the answer. Called while `heardFrom` of its port is another.
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

/** The same where a front carries the answers past us: only a port that means TLS is suspect. */
export function noteFirstPass(context: LifecycleContext, record: WorkloadRecord, to: Endpoint): void {
  const port = portTo(record, to);
  if (isOneOfSeveral(port)) return;
  port.heardFrom = to;
  const isProbed = record.settings.healthPath !== "" && port.namedPort === undefined;
  const mayBe = to.tls === undefined && !isProbed && isTlsPort(numberOf(record, to));
  port.tlsCheck = mayBe ? checkTls(context, record, to, wantsTls) : undefined;
}

/** Its instances are alike: what one has answered is enough. */
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
  noteWantsTls(port, await check(context, record, to, NEVER));
  if (!port.wantsTls) return false;
  if (!known) context.emit({ type: "wants-tls", workload: record.name, port: numberOf(record, to) });
  // A front may speak TLS to it whatever we think: only who sends it plain HTTP by us gets nowhere.
  if (!record.seenByFront) context.dispatch(record, { type: "refused", endpoint: to });
  return true;
}

function isTlsPort(port: number): boolean {
  return String(port).endsWith("443");
}

const NEVER = new AbortController().signal;
