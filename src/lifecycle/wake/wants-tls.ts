import { failureText } from "../../core/failure.ts";
import type { Endpoint } from "../../core/observation.ts";
import { SPEAKS_TLS } from "../../core/speaks-tls.ts";
import { probeHttp } from "./probe-http.ts";
import type { LifecycleContext } from "../context.ts";
import type { ProbeAnswer } from "../ports.ts";
import type { PortRecord } from "../workload/parts/probe.ts";
import { portsOf } from "../workload/ports-of.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { numberOf } from "./target-port.ts";

/** Whether an app takes TLS alone there: it refuses in plain HTTP what it does not refuse over TLS. */
export async function wantsTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await probeRoot(context, record, endpoint, signal)).said !== SPEAKS_TLS) return false;
  return (await probeRoot(context, record, overTls(endpoint), signal)).status !== 400;
}

/** The same of one that hung up, whose client waits for what is wrong: who does not speak TLS refuses that at once. */
export async function hangsUpForTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<boolean> {
  const { status } = await probeRoot(context, record, overTls(endpoint), signal);
  return status !== undefined && (await probeRoot(context, record, endpoint, signal)).said === SPEAKS_TLS;
}

function probeRoot(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  return probeHttp(context, record, { endpoint, path: "/" }, signal);
}

function overTls(endpoint: Endpoint): Endpoint {
  return { ...endpoint, tls: { verify: false } };
}

/** What was found out about a port. */
export function noteWantsTls(port: PortRecord, wants: boolean): void {
  port.wantsTls = wants;
}

/** What is wrong with an app that takes TLS alone while it is to be spoken to in plain HTTP, for each port where it does. */
export function tlsFaults(record: WorkloadRecord): readonly string[] {
  const ports = portsOf(record).filter((port) => port.wantsTls);
  return ports.map((port) => failureText({ code: "tls", port: numberOf(record, port) }));
}
