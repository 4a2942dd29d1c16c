import type { FailureCause } from "../../core/failure.ts";
import { SPEAKS_TLS } from "../../core/speaks-tls.ts";
import type { Clock } from "../ports.ts";
import { triedPorts } from "../wake/target-port.ts";
import { type CurrentFailure, failureOf } from "./failure.ts";
import { isOnItsWay } from "./on-its-way.ts";
import type { PortRecord } from "./parts/probe.ts";
import { isOf, portsOf } from "./ports-of.ts";
import type { RouteMember, WorkloadRecord } from "./record.ts";

/** Notes since when single ports of a ready workload have not answered. */
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

/** Returns why requests to a port fail at present: the workload or only this port is not ready. */
export function failureOfMember({ record, port }: RouteMember, clock: Clock): CurrentFailure | undefined {
  const found = failureOf(record);
  if (found !== undefined) return found;
  const cause = silenceCause(record, port, clock.now());
  if (cause === undefined) return undefined;
  const failure = { reason: cause.code === "tls" ? "tls" : "timeout", cause, exitCode: undefined } as const;
  // The port is probed continuously, so the next request may find it ready.
  return { failure: { ...failure, atMs: clock.wall() }, retryAtMs: clock.now() + RETRY_MS };
}

const RETRY_MS = 5_000;

/** Returns what is wrong with a port that has not answered within `start_timeout`, although another has. */
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

/** Returns true while a request to a port gets a failure instead of a new try. */
export function isMemberCoolingDown(member: RouteMember, clock: Clock): boolean {
  const found = failureOfMember(member, clock);
  return found !== undefined && clock.now() < found.retryAtMs;
}

/** The same as `isOnItsWay`, for one port. */
export function isMemberOnItsWay({ record, port }: RouteMember, nowMs: number): boolean {
  return isOnItsWay(record) && silenceCause(record, port, nowMs) === undefined;
}
