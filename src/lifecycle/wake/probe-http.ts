import type { Endpoint } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import type { ProbeAnswer } from "../ports.ts";
import { hostsToTry, noteGoodHost } from "./probe-hosts.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** Probes an app by HTTP under its possible names until one is accepted; otherwise returns the first response. */
export async function probeHttp(
  context: LifecycleContext,
  record: WorkloadRecord,
  { endpoint, path }: { readonly endpoint: Endpoint; readonly path: string },
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  let first: ProbeAnswer | undefined;
  for (const host of hostsToTry(record)) {
    const answer = await context.probe.http(endpoint, path, host, signal);
    if (answer.kind === "ready") noteGoodHost(record, host);
    first ??= answer;
    if (!mayBeForHost(answer)) return answer;
  }
  return first ?? { kind: "no", summary: "no host is configured for the probe" };
}

/** Returns whether the status may be due to the Host: Django answers 400, Rails 403, others 404 or 421. */
function mayBeForHost({ status = 0 }: ProbeAnswer): boolean {
  return status >= 400 && status < 500;
}
