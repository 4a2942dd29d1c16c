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

/** Returns whether an app requires TLS: it refuses in plain HTTP what it accepts over TLS. */
export async function wantsTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await probeRoot(context, record, endpoint, signal)).summary !== SPEAKS_TLS) return false;
  return (await probeRoot(context, record, overTls(endpoint), signal)).status !== 400;
}

/**
 * The same for an app that closed a connection and whose client waits; an app without TLS refuses a handshake at once.
 */
export async function hangsUpForTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<boolean> {
  const { status } = await probeRoot(context, record, overTls(endpoint), signal);
  return status !== undefined && (await probeRoot(context, record, endpoint, signal)).summary === SPEAKS_TLS;
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

/** Notes whether a port requires TLS. */
export function noteWantsTls(port: PortRecord, wants: boolean): void {
  port.wantsTls = wants;
}

/** Describes each port that requires TLS although plain HTTP is configured. */
export function tlsFaults(record: WorkloadRecord): readonly string[] {
  const ports = portsOf(record).filter((port) => port.wantsTls);
  return ports.map((port) => failureText({ code: "tls", port: numberOf(record, port) }));
}
