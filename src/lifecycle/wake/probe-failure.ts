import type { Failure } from "../../core/failure.ts";
import type { Observation } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import { awaitsCheck } from "./answering.ts";
import type { ProbeResult } from "./probe.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { failureAt, startTimeoutSeconds } from "./start.ts";
import { numberOf, triedPorts } from "./target-port.ts";

/** Returns why a started workload is not ready: how it ended, its health check, or its last response. */
export function probeFailure(
  context: LifecycleContext,
  record: WorkloadRecord,
  { kind, observation }: Exclude<ProbeResult, { kind: "answers" }>,
): Failure {
  if (kind === "ended") return endFailure(context, observation);
  if (kind === "wants-tls") return failureAt(context, "tls", { code: "tls", port: numberOf(record, record) });
  const seconds = startTimeoutSeconds(record);
  if (observation?.note) {
    const { note: message, trouble = "timeout" } = observation;
    return failureAt(context, trouble, { code: "not-ready", seconds, message });
  }
  if (observation !== undefined && awaitsCheck(context, record, observation)) {
    return checkFailure(context, observation, seconds);
  }
  const tried = triedPorts(record);
  const ports = [...new Set([...tried.ports, ...record.named.keys()])];
  if (ports.length === 0) return failureAt(context, "timeout", { code: "unfinished", seconds });
  const exposed = isWrongPort(record) ? tried.others.filter((port) => !ports.includes(port)) : [];
  const { lastProbe: lastAnswer, settings } = record;
  const cause = { code: "silent", path: settings.healthPath, ports, seconds, lastAnswer, exposed } as const;
  return failureAt(context, "timeout", cause);
}

/** Returns whether another port may be the right one; not if something answers on the configured port. */
function isWrongPort({ settings, lastProbe }: WorkloadRecord): boolean {
  return settings.findsPort === true || lastProbe === undefined || !/TLS|certificate|^\//u.test(lastProbe);
}

function endFailure(context: LifecycleContext, observation: Observation | undefined): Failure {
  const { status, exit, trouble = "exited" } = observation ?? {};
  if (status === "absent") return failureAt(context, "absent", { code: "removed" });
  if (status === "paused") return failureAt(context, "exited", { code: "paused" });
  // Without exit facts it was scaled to 0.
  if (status === "stopped" && exit === undefined) return failureAt(context, "exited", { code: "stopped" });
  if (exit?.oomKilled) return failureAt(context, "oom", { code: "oom" }, exit.code);
  const facts = { exitCode: exit?.code, restarts: status === "restarting", output: exit?.message ?? "" };
  return failureAt(context, trouble, { code: "exited", ...facts }, exit?.code);
}

function checkFailure(context: LifecycleContext, { health, checkOutput }: Observation, seconds: number): Failure {
  const isBad = health === "unhealthy" || checkOutput !== undefined;
  const late = health === "unhealthy" ? {} : { seconds };
  return failureAt(context, isBad ? "unhealthy" : "timeout", { code: "check", output: checkOutput ?? "", ...late });
}
