import type { Endpoint } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { targetPortOf } from "./target-port.ts";
import { hangsUpForTls, noteWantsTls, wantsTls } from "./wants-tls.ts";

/**
 * Notes the first answer that an app gives since it is ready (`undefined`: it hung up). A TCP probe finds an app ready that
 * takes TLS alone, and then it says 400 to everything: checked once, after the answer. Called while `heardFrom` is another.
 */
export function noteFirstAnswer(
  context: LifecycleContext,
  record: WorkloadRecord,
  to: Endpoint,
  status: number | undefined,
): void {
  if (isOneOfSeveral(record)) return;
  record.heardFrom = to;
  const isSuspect = to.tls === undefined && (status === undefined || status === 400);
  const check = status === undefined ? hangsUpForTls : wantsTls;
  record.tlsCheck = isSuspect ? checkTls(context, record, to, check) : undefined;
}

/** The same where a front carries the answers past us: only a port that means TLS is suspect. */
export function noteFirstPass(context: LifecycleContext, record: WorkloadRecord, to: Endpoint): void {
  if (isOneOfSeveral(record)) return;
  record.heardFrom = to;
  const mayBe = to.tls === undefined && record.settings.healthPath === "" && isTlsPort(targetPortOf(record));
  record.tlsCheck = mayBe ? checkTls(context, record, to, wantsTls) : undefined;
}

/** Its instances are alike: what one has answered is enough. */
function isOneOfSeveral({ gate, heardFrom }: WorkloadRecord): boolean {
  return gate !== undefined && heardFrom !== undefined && gate.targets.includes(heardFrom);
}

async function checkTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  to: Endpoint,
  check: typeof wantsTls,
): Promise<boolean> {
  const known = record.wantsTls;
  noteWantsTls(record, await check(context, record, to, NEVER));
  if (!record.wantsTls) return false;
  if (!known) context.emit({ type: "wants-tls", workload: record.name, port: targetPortOf(record) });
  // A front may speak TLS to it whatever we think: only who sends it plain HTTP by us gets nowhere.
  if (!record.seenByFront) context.dispatch(record, { type: "refused", endpoint: to });
  return true;
}

function isTlsPort(port: number | undefined): boolean {
  return String(port).endsWith("443");
}

const NEVER = new AbortController().signal;
