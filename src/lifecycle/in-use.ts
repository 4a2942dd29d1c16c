import type { VetoReason } from "../core/events.ts";
import type { IdleSignal } from "../core/settings.ts";
import type { Usage } from "./ports.ts";

/** A reading of a workload's counters; times are milliseconds on the life cycle's clock. */
export interface Sample {
  readonly atMs: number;
  readonly usage: Usage;
}

/** What is known of a workload's counters; replaced by a new run. */
export interface Sampling {
  /** The reading that the next one is compared with. */
  readonly baseline: Sample | undefined;
  /** Since when readings follow each other, and none has shown any use. */
  readonly quietSinceMs: number;
  /** When the last comparison was made. */
  readonly judgedMs: number;
  /** When a reading was last begun. */
  readonly begunMs: number;
  /** Set while one is under way. */
  readonly running: Promise<VetoReason | undefined> | undefined;
}

/**
 * What two readings say: the reason why the workload was in use between them, or nothing.
 *
 * Bytes tell bulk from chatter by what packets carry beyond a header's size: ARP, neighbour discovery, the connects of a
 * TCP health check, keep-alives and acknowledgements carry nothing. Where something was let through that may stay open
 * with hardly a byte (`quietStream`), one packet each way is enough: a WebSocket's ping is no bigger than a probe.
 */
export function findUse(
  signal: IdleSignal,
  before: Sample,
  after: Sample,
  quietStream: boolean,
): Exclude<VetoReason, "busy-path" | "exec"> | undefined {
  switch (signal) {
    case "requests":
      return undefined;
    case "cpu":
      return usesCpu(before, after) ? "cpu" : undefined;
    case "connections":
      if (after.usage.connections === undefined) return findUse("traffic", before, after, quietStream);
      return after.usage.connections > 0 ? "connections" : undefined;
    case "traffic":
      return findTraffic(before, after, quietStream);
  }
}

function findTraffic(
  before: Sample,
  after: Sample,
  quietStream: boolean,
): "traffic" | "connections" | "cpu" | undefined {
  const traffic = trafficBetween(before.usage, after.usage);
  if (traffic === undefined) {
    // On the host's network nothing tells whose bytes they are: connections do, or else the work they make.
    if (after.usage.connections !== undefined) return after.usage.connections > 0 ? "connections" : undefined;
    return usesCpu(before, after) ? "cpu" : undefined;
  }
  if (!traffic.bothWays) return undefined; // what neighbours shout to all, without an answer
  const windowS = Math.max(SHORTEST_WINDOW_S, (after.atMs - before.atMs) / 1_000);
  if (traffic.carried > FLOOR_BYTES_PER_S * windowS) return "traffic";
  const silent = after.usage.connections === 0;
  return quietStream && !silent ? "traffic" : undefined;
}

/** An HTTP health check that passes the front by makes some 10 a second; a trickling download or stream much more. */
const FLOOR_BYTES_PER_S = 16;
const SHORTEST_WINDOW_S = 30;
/** Ethernet, IPv6 and TCP with timestamps are 86 (IPv4: 66). */
const HEADER_BYTES = 90;
const ARP_BYTES = 42;
const BUSY_SHARE = 0.05;

interface Traffic {
  /** Bytes beyond the headers, both ways. */
  readonly carried: number;
  /** Packets went both ways that were more than ARP. */
  readonly bothWays: boolean;
}

function trafficBetween(before: Usage, after: Usage): Traffic | undefined {
  const rx = difference(before, after, "rxBytes");
  const tx = difference(before, after, "txBytes");
  const rxPackets = difference(before, after, "rxPackets");
  const txPackets = difference(before, after, "txPackets");
  if (rx === undefined || tx === undefined || rxPackets === undefined || txPackets === undefined) return undefined;
  const exceeds = (bytes: number, packets: number): boolean => packets > 0 && bytes > packets * ARP_BYTES;
  return {
    carried: Math.max(0, rx - HEADER_BYTES * rxPackets) + Math.max(0, tx - HEADER_BYTES * txPackets),
    bothWays: exceeds(rx, rxPackets) && exceeds(tx, txPackets),
  };
}

type Counter = "rxBytes" | "txBytes" | "rxPackets" | "txPackets";

/** Counters that went backwards belong to another run, or an interface that was replaced. */
function difference(before: Usage, after: Usage, counter: Counter): number | undefined {
  const from = before[counter];
  const to = after[counter];
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}

function usesCpu(before: Sample, after: Sample): boolean {
  const windowMs = Math.max(1, after.atMs - before.atMs);
  return (after.usage.cpuMs - before.usage.cpuMs) / windowMs > BUSY_SHARE;
}
