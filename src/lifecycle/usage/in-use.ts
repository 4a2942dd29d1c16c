import type { VetoReason } from "../../core/events.ts";
import type { IdleSignal } from "../../core/settings.ts";
import type { Usage } from "../ports.ts";

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
 * TCP health check, keep-alives and acknowledgements carry nothing. Where connections and payload can be counted, any payload
 * while one is established is use. Elsewhere, where something was let through that may stay open with hardly a byte
 * (`stream`), a single byte of payload is enough at first: a WebSocket's ping is no bigger than a probe.
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

/** What can be configured, what is the default in the network of another container, and what shows where nobody asks. */
export type UseSignal = IdleSignal | "shared-network" | "direct" | "direct-connections";

/**
 * Whose payload it is cannot be told in the network of another container: connections to the app's own port count, but for
 * a front's idle pool. Where no stream was announced they are one if nobody in there has sent anything, or if the app has
 * done nothing at all.
 */
function findSharedUse(before: Sample, after: Sample, stream: StreamState): "connections" | "cpu" | undefined {
  const { connections, cpuMs } = after.usage;
  if (connections === undefined) return usesCpu(before, after) ? "cpu" : undefined;
  if (connections === 0) return undefined;
  const isIdle = segmentsBetween(before.usage, after.usage) === 0 || cpuMs === before.usage.cpuMs;
  return stream !== "recent" && isIdle ? undefined : "connections";
}

/**
 * What is known of streams: none went through, one did, one was let through or seen within the last minute, or one may have
 * gone through unseen, since a front reuses our answers.
 */
export type StreamState = "none" | "once" | "recent" | "unseen";

function findTraffic(
  before: Sample,
  after: Sample,
  stream: StreamState,
): "traffic" | "connections" | "cpu" | undefined {
  const traffic = trafficBetween(before.usage, after.usage);
  if (traffic === undefined) {
    // On the host's network nothing tells whose bytes they are: connections do, or else the work they make.
    if (after.usage.connections !== undefined) return after.usage.connections > 0 ? "connections" : undefined;
    return usesCpu(before, after) ? "cpu" : undefined;
  }
  if (!traffic.bothWays) return undefined; // broadcasts of neighbours, without a response
  const windowS = Math.max(SHORTEST_WINDOW_S, (after.atMs - before.atMs) / 1_000);
  if (traffic.carried > FLOOR_BYTES_PER_S * windowS) return "traffic";
  if (after.usage.connections === 0) return undefined;
  const segments = after.usage.connections === undefined ? undefined : segmentsBetween(before.usage, after.usage);
  if (segments !== undefined) return segments > 0 ? "traffic" : undefined;
  if (stream === "unseen") return traffic.hasPayload ? "traffic" : undefined;
  return (stream === "recent" && !traffic.isBare) || trickles(traffic, stream) ? "traffic" : undefined;
}

/**
 * Whether anything at all was carried between two readings, while nobody was asked; where nothing tells, it was. Connections
 * that are over by now count as well, so that the payload of a health check past the front does, too.
 */
export function carriedAny(before: Sample, after: Sample): boolean {
  const segments = segmentsBetween(before.usage, after.usage);
  if (segments !== undefined) return segments > 0;
  const traffic = trafficBetween(before.usage, after.usage);
  return traffic === undefined || (traffic.bothWays && traffic.hasPayload);
}

/** `undefined` where it cannot be told, such as while something talks over loopback. */
function segmentsBetween({ payload: from }: Usage, { payload: to }: Usage): number | undefined {
  if (from === undefined || to === undefined || from.loopbackPackets !== to.loopbackPackets) return undefined;
  return Math.max(0, to.segments - from.segments);
}

/** Payload that nobody asked for is a stream; payload both ways may be a health check, unless a stream was let through. */
function trickles({ taken, given }: Traffic, stream: StreamState): boolean {
  return given > 0 ? taken <= 0 || stream === "once" : taken > 0 && stream === "once";
}

/** An HTTP health check that passes the front by makes some 10 a second; a trickling download or stream much more. */
const FLOOR_BYTES_PER_S = 16;
const SHORTEST_WINDOW_S = 30;
/** Ethernet, IPv6 and TCP with timestamps are 86 (IPv4: 66). */
const HEADER_BYTES = 90;
/** No packet of a TCP health check over IPv4 is larger than its SYN, nor are keep-alives and acknowledgements. */
const SYN_BYTES = 74;
const ARP_BYTES = 42;
/** TCP with timestamps and nothing in it. */
const BARE_BYTES = 66;
const BARE_IPV6_BYTES = 86;
const IPV4_SIZES = [ARP_BYTES, BARE_BYTES, SYN_BYTES] as const;
const IPV6_SIZES = [BARE_IPV6_BYTES - 12, BARE_IPV6_BYTES, BARE_IPV6_BYTES + 8] as const;

const BUSY_SHARE = 0.05;

interface Traffic {
  /** Bytes beyond the headers, both ways. */
  readonly carried: number;
  /** Bytes beyond what a SYN has, each way; below 0 where nothing but such packets passed. */
  readonly taken: number;
  readonly given: number;
  /** Packets went both ways that were more than ARP. */
  readonly bothWays: boolean;
  /** Nothing but keep-alives, acknowledgements and ARP, by the sizes that these have. */
  readonly isBare: boolean;
  /** The sizes of connects, keep-alives, acknowledgements, closes and ARP do not add up to what passed. */
  readonly hasPayload: boolean;
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
    taken: rx - SYN_BYTES * rxPackets,
    given: tx - SYN_BYTES * txPackets,
    isBare: isBare(rx, rxPackets) && isBare(tx, txPackets),
    hasPayload: !isWithoutPayload(rx, rxPackets) || !isWithoutPayload(tx, txPackets),
    bothWays: exceeds(rx, rxPackets) && exceeds(tx, txPackets),
  };
}

/** An idle pool's keep-alives and the ARP between them differ by 24 bytes: anything else that adds up to `bytes` has payload. */
function isBare(bytes: number, packets: number): boolean {
  const arps = (BARE_BYTES * packets - bytes) / (BARE_BYTES - ARP_BYTES);
  return bytes === BARE_IPV6_BYTES * packets || (Number.isInteger(arps) && arps >= 0 && arps <= packets);
}

/** A SYN is 8 bytes longer than an acknowledgement, a reset 12 and ARP 24 shorter: payload rarely adds up to that. */
function isWithoutPayload(bytes: number, packets: number): boolean {
  const [shortest, bare, longest] = bytes < BARE_IPV6_BYTES * packets ? IPV4_SIZES : IPV6_SIZES;
  return bytes >= shortest * packets && bytes <= longest * packets && (bytes - bare * packets) % 4 === 0;
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
