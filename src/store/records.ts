import { readCounters, writeCounters } from "./counters.ts";
import type { KnownFront } from "../core/recall.ts";
import type { EndedBy, Limits, Memory, Stored } from "../lifecycle/ports.ts";

const VERSION = 1;

/** Formats the state file, one line for each workload. `lines` caches them, because most do not change. */
export function writeRecords({ memories, fronts }: Stored, lines: WeakMap<Memory, string>): string {
  const lineOf = (memory: Memory): string => {
    const line = lines.get(memory) ?? JSON.stringify(recordOf(memory));
    lines.set(memory, line);
    return line;
  };
  const workloads = Array.from(memories, ([name, memory]) => `${JSON.stringify(name)}: ${lineOf(memory)}`);
  // Earlier versions of the gateway ignore unknown keys.
  const traefiks = fronts.length > 0 ? `"traefiks": ${JSON.stringify(fronts.map(frontRecordOf))}, ` : "";
  return `{"version": ${VERSION}, ${traefiks}"workloads": {\n${workloads.join(",\n")}\n}}\n`;
}

/** Converts a memory to its record. Every key is listed, so that the domain type can change independently. */
function recordOf(memory: Memory): object {
  return {
    last_activity_ms: memory.lastActivityMs ?? null,
    wakes_ms: memory.wakesMs,
    wakes_total: memory.wakesTotal,
    failures: memory.failures,
    failed_at_ms: memory.failedAtMs ?? null,
    stopped_by_us: memory.stoppedByUs,
    woken_by_us: memory.wokenByUs,
    ...(memory.endedBy && { ended_by: memory.endedBy }),
    asleep_ms: memory.asleepMs,
    ...(memory.seenByFront && { seen_by_front: true }),
    ...(memory.direct && { direct: true }),
    ...(memory.goodHosts && { good_hosts: memory.goodHosts }),
    ...(memory.answeredPort !== undefined && { answered_port: memory.answeredPort }),
    ...(memory.suspendedUntilMs !== undefined && { suspended_until_ms: memory.suspendedUntilMs }),
    ...(memory.truceUntilMs !== undefined && { truce_until_ms: memory.truceUntilMs }),
    ...(memory.ownLimits && { own_limits: memory.ownLimits }),
    ...(memory.counters && { counters: writeCounters(memory.counters) }),
    ...(memory.instances !== undefined && { instances: memory.instances }),
  };
}

/** Parses the state file; a missing value gets its neutral default. */
export function readRecords(text: string): Stored | { readonly fault: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
  if (!isObject(parsed) || !isObject(parsed["workloads"])) return { fault: "not a state file" };
  if (parsed["version"] !== VERSION)
    return { fault: `its version is ${JSON.stringify(parsed["version"])}, not ${VERSION}` };
  const memories = new Map<string, Memory>();
  for (const [name, record] of Object.entries(parsed["workloads"])) {
    if (isObject(record)) memories.set(name, memoryOf(record));
  }
  const traefiks: readonly unknown[] = Array.isArray(parsed["traefiks"]) ? parsed["traefiks"] : [];
  return { memories, fronts: traefiks.flatMap((one) => frontOf(one) ?? []) };
}

function frontRecordOf({ address, everyMs, count }: KnownFront): object {
  return { address, every_ms: everyMs, count };
}

function frontOf(record: unknown): KnownFront | undefined {
  if (!isObject(record) || !isText(record["address"])) return undefined;
  return { address: record["address"], everyMs: time(record["every_ms"]) ?? 0, count: time(record["count"]) ?? 1 };
}

function memoryOf(record: Record<string, unknown>): Memory {
  const ownLimits = limitsOf(record["own_limits"]);
  const counters = readCounters(record["counters"]);
  const endedBy = ENDED_BY.find((one) => one === record["ended_by"]);
  const goodHosts = Array.isArray(record["good_hosts"]) ? record["good_hosts"].filter(isText) : [];
  const answeredPort = time(record["answered_port"]);
  const suspendedUntilMs = time(record["suspended_until_ms"]);
  const truceUntilMs = time(record["truce_until_ms"]);
  const instances = time(record["instances"]);
  const wakesTotal = time(record["wakes_total"]) ?? 0;
  const stoppedByUs = record["stopped_by_us"] === true;
  return {
    lastActivityMs: time(record["last_activity_ms"]),
    wakesMs: Array.isArray(record["wakes_ms"]) ? record["wakes_ms"].filter(isAmount) : [],
    wakesTotal,
    failures: time(record["failures"]) ?? 0,
    failedAtMs: time(record["failed_at_ms"]),
    stoppedByUs,
    // Earlier versions did not store it.
    wokenByUs: record["woken_by_us"] === undefined ? !stoppedByUs && wakesTotal > 0 : record["woken_by_us"] === true,
    ...(endedBy && { endedBy }),
    asleepMs: time(record["asleep_ms"]) ?? 0,
    ...(record["seen_by_front"] === true && { seenByFront: true }),
    ...(record["direct"] === true && { direct: true }),
    ...(goodHosts.length > 0 && { goodHosts }),
    ...(answeredPort !== undefined && { answeredPort }),
    ...(suspendedUntilMs !== undefined && { suspendedUntilMs }),
    ...(truceUntilMs !== undefined && { truceUntilMs }),
    ...(ownLimits && { ownLimits }),
    ...(counters && { counters }),
    ...(instances !== undefined && { instances }),
  };
}

const ENDED_BY: readonly EndedBy[] = ["us", "other", "itself"];

function limitsOf(value: unknown): Limits | undefined {
  if (!isObject(value) || typeof value["id"] !== "string" || !isObject(value["values"])) return undefined;
  const values = Object.entries(value["values"]).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1]),
  );
  return { id: value["id"], values: Object.fromEntries(values) };
}

function time(value: unknown): number | undefined {
  return isAmount(value) ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
