import type { Failure } from "../../core/decision.ts";
import type { Observation } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import { awaitsCheck, type ProbeResult } from "./probe.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { failureAt } from "./start.ts";
import { triedPorts } from "./target-port.ts";
import { tlsFault } from "./wants-tls.ts";

/** Why a workload that was started is not ready: how it ended, or what its health check or its last answer said. */
export function probeFailure(
  context: LifecycleContext,
  record: WorkloadRecord,
  { kind, observation }: Exclude<ProbeResult, { kind: "answers" }>,
): Failure {
  if (kind === "ended") return endFailure(context, observation);
  if (kind === "wants-tls") return failureAt(context, "tls", tlsFault(record));
  const seconds = Math.round(record.settings.startTimeoutMs / 100) / 10;
  if (observation !== undefined && awaitsCheck(context, record, observation)) {
    return checkFailure(context, observation, seconds);
  }
  const { ports, others } = triedPorts(record);
  const { healthPath } = record.settings;
  const where = healthPath === "" ? ports : `${healthPath} with 2xx`;
  const last = record.lastProbe === undefined ? "" : `; last answer: ${record.lastProbe}`;
  const advice = isWrongPort(record) ? others : "";
  return failureAt(context, "timeout", `it has not answered on ${where} within ${seconds} s${last}${advice}`);
}

/** Where somebody answers on the port that was configured, another port is no remedy. */
function isWrongPort({ settings, lastProbe }: WorkloadRecord): boolean {
  return settings.findsPort === true || lastProbe === undefined || !/TLS|certificate|^\//u.test(lastProbe);
}

function endFailure(context: LifecycleContext, observation: Observation | undefined): Failure {
  const { status, exit } = observation ?? {};
  if (status === "absent") return failureAt(context, "absent", "it was removed while it started");
  if (status === "paused") return failureAt(context, "exited", "it was paused while it started");
  if (exit?.oomKilled) return failureAt(context, "oom", "it ran out of memory while it started", exit.code);
  const words = exit?.message ? `: ${exit.message}` : "";
  const again = status === "restarting" ? ", and is restarted again and again" : "";
  const message = `it ended while it started, with exit code ${exit?.code ?? "unknown"}${again}${words}`;
  return failureAt(context, "exited", message, exit?.code);
}

function checkFailure(context: LifecycleContext, { health, checkOutput }: Observation, seconds: number): Failure {
  const verdict = health === "unhealthy" ? "reports it unhealthy" : `has not passed within ${seconds} s`;
  const isBad = health === "unhealthy" || checkOutput !== undefined;
  const words = checkOutput === undefined ? "" : `: ${checkOutput}`;
  return failureAt(context, isBad ? "unhealthy" : "timeout", `its health check ${verdict}${words}`);
}
