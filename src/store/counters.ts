import type { Counters } from "../lifecycle/ports.ts";

/** Converts a workload's counters to the format of the state file. */
export function writeCounters({ startedAtMs, atMs, usage }: Counters): Readonly<Record<string, number | undefined>> {
  return {
    started_at_ms: startedAtMs,
    at_ms: atMs,
    rx_bytes: usage.rxBytes,
    tx_bytes: usage.txBytes,
    rx_packets: usage.rxPackets,
    tx_packets: usage.txPackets,
    segments: usage.payload?.segments,
    loopback_packets: usage.payload?.loopbackPackets,
  };
}

/** Parses counters of the state file; `undefined` if they are incomplete. */
export function readCounters(value: unknown): Counters | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const amount = (key: string): number => {
    const found: unknown = Reflect.get(value, key);
    return typeof found === "number" && found >= 0 ? found : Number.NaN;
  };
  const usage = {
    rxBytes: amount("rx_bytes"),
    txBytes: amount("tx_bytes"),
    rxPackets: amount("rx_packets"),
    txPackets: amount("tx_packets"),
  };
  const startedAtMs = amount("started_at_ms");
  const atMs = amount("at_ms");
  if (![startedAtMs, atMs, ...Object.values(usage)].every(Number.isFinite)) return undefined;
  const segments = amount("segments");
  const loopbackPackets = amount("loopback_packets");
  const payload = Number.isFinite(segments + loopbackPackets) ? { segments, loopbackPackets } : undefined;
  return { startedAtMs, atMs, usage: { ...usage, payload } };
}
