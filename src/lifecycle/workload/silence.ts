import type { FailureCause } from "../../core/failure.ts";
import { SPEAKS_TLS } from "../../core/speaks-tls.ts";
import type { Clock } from "../ports.ts";
import { triedPorts } from "../wake/target-port.ts";
import { type CurrentFailure, failureOf } from "./failure.ts";
import { isOnItsWay } from "./on-its-way.ts";
import type { PortRecord } from "./parts/probe.ts";
import { isOf, portsOf } from "./ports-of.ts";
import type { RouteMember, WorkloadRecord } from "./record.ts";

/** Notes since when ports of a ready workload have not answered, although another one does. */
export function noteSilence(record: WorkloadRecord, nowMs: number): void {
  const { state } = record;
  for (const port of portsOf(record)) {
    if (state.status === "ready" && !state.targets.some(isOf(port))) port.silentSinceMs ??= nowMs;
    else {
      port.silentSinceMs = undefined;
      port.isSilenceReported = false;
    }
  }
}

/** Why requests to a port fail at present: the workload does not get ready, or this port does not. */
export function failureOfMember({ record, port }: RouteMember, clock: Clock): CurrentFailure | undefined {
  const found = failureOf(record);
  if (found !== undefined) return found;
  const cause = silenceCause(record, port, clock.now());
  if (cause === undefined) return undefined;
  const failure = { reason: cause.code === "tls" ? "tls" : "timeout", cause, exitCode: undefined } as const;
  // It is probed all the time, so that the next request may find it ready.
  return { failure: { ...failure, atMs: clock.wall() }, retryAtMs: clock.now() + RETRY_MS };
}

const RETRY_MS = 5_000;

/** What is wrong with a port that has not answered within `start_timeout`, though another one has. */
export function silenceCause(record: WorkloadRecord, port: PortRecord, nowMs: number): FailureCause | undefined {
  const { silentSinceMs, lastProbe: lastAnswer, namedPort } = port;
  if (silentSinceMs === undefined) return undefined;
  const ports = namedPort === undefined ? triedPorts(record).ports : [namedPort];
  if (port.wantsTls && lastAnswer === SPEAKS_TLS) return { code: "tls", port: ports[0] ?? 0 };
  const { startTimeoutMs, healthPath } = record.settings;
  if (nowMs < silentSinceMs + startTimeoutMs) return undefined;
  const path = namedPort === undefined ? healthPath : "";
  return { code: "silent", path, ports, seconds: Math.ceil(startTimeoutMs / 1_000), lastAnswer, exposed: [] };
}

/** True while a request to a port gets its failure instead of a new try. */
export function isMemberCoolingDown(member: RouteMember, clock: Clock): boolean {
  const found = failureOfMember(member, clock);
  return found !== undefined && clock.now() < found.retryAtMs;
}

/** True while something is in progress that ends in an open gate or a failure without another request. */
export function isMemberOnItsWay({ record, port }: RouteMember, nowMs: number): boolean {
  return isOnItsWay(record) && silenceCause(record, port, nowMs) === undefined;
}
