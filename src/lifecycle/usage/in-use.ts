import type { VetoReason } from "../../core/events.ts";
import type { IdleSignal } from "../../core/settings.ts";
import type { Traffic, Usage } from "../../core/usage.ts";

/** A reading of a workload's counters; times are milliseconds on the life cycle's clock. */
export interface Sample {
  readonly atMs: number;
  /** Without CPU and memory if they take longer to read. */
  readonly usage: Traffic & Partial<Usage>;
}

/** The readings of a workload's counters; each run has its own. */
export interface Sampling {
  /** When the run began whose counters were read, by the engine's clock. */
  readonly startedAtMs: number | undefined;
  /** The reading with which the next one is compared. */
  readonly baseline: Sample | undefined;
  /** Since when no reading has shown any use. */
  readonly quietSinceMs: number;
  /** When a reading last showed use other than a silent connection, or the first one was made. */
  readonly carriedMs: number;
  /** When readings were last compared. */
  readonly judgedMs: number;
  /** The memory at the last reading that includes it, in bytes. */
  readonly memoryBytes: number | undefined;
  /** When the last reading began. */
  readonly begunMs: number;
  /** The engine could not be reached for a reading since the last one that succeeded. */
  readonly lapsed: boolean;
  /** Since when the engine has answered everything but the readings, at each attempt to stop. */
  readonly silentSinceMs: number | undefined;
  /** Set while a reading is in progress. */
  readonly running: Promise<VetoReason | undefined> | undefined;
}

/**
 * Compares two readings and returns the reason why the workload was in use between them, or `undefined`.
 *
 * Bytes beyond the size of headers distinguish use from background traffic: ARP, neighbour discovery, TCP health
 * checks, keep-alives and acknowledgements have none. If connections and payload can be counted, any payload during an
 * established connection is use. Otherwise, if a nearly silent stream may be open (`stream`), a single byte is enough
 * at first, because a WebSocket's ping is no larger than a probe.
 */
export function findUse(
  signal: UseSignal,
  before: Sample,
  after: Sample,
  stream: StreamState,
): Exclude<VetoReason, "busy-path" | "exec"> | undefined {
  switch (signal) {
    case "requests":
      return undefined;
    case "cpu":
      return usesCpu(before, after) ? "cpu" : undefined;
    case "connections":
      if (after.usage.connections === undefined) {
        return findUse(after.usage.sharesNetwork === true ? "cpu" : "traffic", before, after, stream);
      }
      return after.usage.connections > 0 ? "connections" : undefined;
    case "shared-network":
      return findSharedUse(before, after, stream);
    case "direct-connections":
      if ((after.usage.connections ?? 0) > 0) return "connections";
      return carriedAny(before, after) ? "traffic" : undefined;
    case "direct":
      return carriedAny(before, after) ? "traffic" : undefined;
    case "traffic":
      return findTraffic(before, after, stream);
  }
}

/** The `idle_signal` that is configured, or the one for a shared network, or those for fronts that forward directly. */
export type UseSignal = IdleSignal | "shared-network" | "direct" | "direct-connections";

/**
 * In a shared network the payload may belong to another container, so connections to the app's own port count, except
 * for a front's idle pool. Unless a stream is known, they are such a pool if nothing in this network has sent payload,
 * or if the app has used no CPU.
 */
function findSharedUse(before: Sample, after: Sample, stream: StreamState): "connections" | "cpu" | undefined {
  const { connections, cpuMs } = after.usage;
  if (connections === undefined) return usesCpu(before, after) ? "cpu" : undefined;
  if (connections === 0) return undefined;
  const isIdle = segmentsBetween(before.usage, after.usage) === 0 || cpuMs === before.usage.cpuMs;
  return stream !== "recent" && isIdle ? undefined : "connections";
}

/**
 * What is known about nearly silent streams: there was none (`none`), one in this run (`once`), one within the last
 * minute (`recent`), or perhaps one without an auth request, because a front reuses our answers (`unseen`).
 */
export type StreamState = "none" | "once" | "recent" | "unseen";

function findTraffic(
  before: Sample,
  after: Sample,
  stream: StreamState,
): "traffic" | "connections" | "cpu" | undefined {
  const traffic = trafficBetween(before.usage, after.usage);
  if (traffic === undefined) {
    // On the host's network bytes cannot be attributed to the workload: use connections, or else its CPU time.
    if (after.usage.connections !== undefined) return after.usage.connections > 0 ? "connections" : undefined;
    return usesCpu(before, after) ? "cpu" : undefined;
  }
  if (!traffic.bothWays) return undefined; // only broadcasts of neighbours
  const windowS = Math.max(SHORTEST_WINDOW_S, (after.atMs - before.atMs) / 1_000);
  if (traffic.carried > FLOOR_BYTES_PER_S * windowS) return "traffic";
  if (after.usage.connections === 0) return undefined;
  const segments = after.usage.connections === undefined ? undefined : segmentsBetween(before.usage, after.usage);
  if (segments !== undefined) return segments > 0 ? "traffic" : undefined;
  if (stream === "unseen") return traffic.hasPayload ? "traffic" : undefined;
  return (stream === "recent" && !traffic.isBare) || trickles(traffic, stream) ? "traffic" : undefined;
}

/**
 * Returns whether there was any payload between two readings, for fronts that forward directly; true if that cannot be
 * determined. Closed connections count as well, and therefore also health checks that bypass the front.
 */
export function carriedAny(before: Sample, after: Sample): boolean {
  const segments = segmentsBetween(before.usage, after.usage);
  if (segments !== undefined) return segments > 0;
  const traffic = trafficBetween(before.usage, after.usage);
  return traffic === undefined || (traffic.bothWays && traffic.hasPayload);
}

/** Returns whether there was certainly no use between two readings, although others between them have failed. */
export function provesRest(signal: UseSignal, before: Sample, after: Sample): boolean {
  // Connections and CPU time show only the present.
  return (signal === "traffic" || signal === "direct") && !carriedAny(before, after);
}

/** Returns the TCP segments with payload; `undefined` if unknown, for example because of loopback traffic. */
function segmentsBetween({ payload: from }: Traffic, { payload: to }: Traffic): number | undefined {
  if (from === undefined || to === undefined || from.loopbackPackets !== to.loopbackPackets) return undefined;
  return Math.max(0, to.segments - from.segments);
}

/** Payload that only the app sends is a stream; any other may be that of a health check, unless a stream is known. */
function trickles({ taken, given }: Carried, stream: StreamState): boolean {
  return given > 0 ? taken <= 0 || stream === "once" : taken > 0 && stream === "once";
}

/** An HTTP health check that bypasses the front causes about 10 a second; a slow download or stream much more. */
const FLOOR_BYTES_PER_S = 16;
const SHORTEST_WINDOW_S = 30;
/** Slightly more than the headers of Ethernet, IPv6 and TCP with timestamps: 86 (IPv4: 66). */
const HEADER_BYTES = 90;
/** The largest packet without payload over IPv4: a SYN, as in a TCP health check. */
const SYN_BYTES = 74;
const ARP_BYTES = 42;
/** An empty TCP packet with timestamps. */
const BARE_BYTES = 66;
const BARE_IPV6_BYTES = 86;
const IPV4_SIZES = [ARP_BYTES, BARE_BYTES, SYN_BYTES] as const;
const IPV6_SIZES = [BARE_IPV6_BYTES - 12, BARE_IPV6_BYTES, BARE_IPV6_BYTES + 8] as const;

const BUSY_SHARE = 0.05;

interface Carried {
  /** Bytes beyond the headers, in both directions. */
  readonly carried: number;
  /** Bytes beyond the size of a SYN per packet, in each direction; negative for empty packets only. */
  readonly taken: number;
  readonly given: number;
  /** Packets other than ARP went in both directions. */
  readonly bothWays: boolean;
  /** By their sizes, all packets are keep-alives, acknowledgements and ARP. */
  readonly isBare: boolean;
  /** The bytes cannot be a sum of connects, keep-alives, acknowledgements, closes and ARP. */
  readonly hasPayload: boolean;
}

function trafficBetween(before: Traffic, after: Traffic): Carried | undefined {
  const rx = difference(before, after, "rxBytes");
  const tx = difference(before, after, "txBytes");
  const rxPackets = difference(before, after, "rxPackets");
  const txPackets = difference(before, after, "txPackets");
  if (rx === undefined || tx === undefined || rxPackets === undefined || txPackets === undefined) return undefined;
  const exceeds = (bytes: number, packets: number): boolean => packets > 0 && bytes > packets * ARP_BYTES;
  return {
    carried: Math.max(0, rx - HEADER_BYTES * rxPackets) + Math.max(0, tx - HEADER_BYTES * txPackets),
    taken: rx - SYN_BYTES * rxPackets,
    given: tx - SYN_BYTES * txPackets,
    isBare: isBare(rx, rxPackets) && isBare(tx, txPackets),
    hasPayload: !isWithoutPayload(rx, rxPackets) || !isWithoutPayload(tx, txPackets),
    bothWays: exceeds(rx, rxPackets) && exceeds(tx, txPackets),
  };
}

/** An idle pool's keep-alives and ARP packets differ by 24 bytes; any other sum contains payload. */
function isBare(bytes: number, packets: number): boolean {
  const arps = (BARE_BYTES * packets - bytes) / (BARE_BYTES - ARP_BYTES);
  return bytes === BARE_IPV6_BYTES * packets || (Number.isInteger(arps) && arps >= 0 && arps <= packets);
}

/**
 * Relative to an acknowledgement a SYN is 8 bytes longer, a reset 12 and ARP 24 shorter; payload rarely has such a sum.
 */
function isWithoutPayload(bytes: number, packets: number): boolean {
  const [shortest, bare, longest] = bytes < BARE_IPV6_BYTES * packets ? IPV4_SIZES : IPV6_SIZES;
  return bytes >= shortest * packets && bytes <= longest * packets && (bytes - bare * packets) % 4 === 0;
}

type Counter = "rxBytes" | "txBytes" | "rxPackets" | "txPackets";

/** Returns the increase of a counter; a counter that decreased belongs to another run or a replaced interface. */
function difference(before: Traffic, after: Traffic, counter: Counter): number | undefined {
  const from = before[counter];
  const to = after[counter];
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}

function usesCpu(before: Sample, after: Sample): boolean {
  const windowMs = Math.max(1, after.atMs - before.atMs);
  const { cpuMs = 0 } = before.usage;
  return ((after.usage.cpuMs ?? cpuMs) - cpuMs) / windowMs > BUSY_SHARE;
}
