import type { Usage } from "../../core/usage.ts";

/**
 * Counts the TCP segments with payload in a network namespace, from the texts of `/proc/PID/net/netstat`, `snmp` and
 * `dev`. Byte counters cannot distinguish a line of a stream from the SYN of a health check, but the kernel counts the
 * segments that it sends for the first time (`TCPOrigDataSent`) and those that arrive in order with payload
 * (`TCPHPHits`), which exclude SYNs, keep-alives and acknowledgements. The FIN of a connection that was established and
 * not reset is included in the first counter and therefore subtracted, so that an app that closes its idle connections
 * does not look used. Loopback traffic is included; its packets are returned as well.
 */
export function payloadSegments(netstat: string, snmp: string, dev: string): Usage["payload"] {
  const extended = readTable(netstat, "TcpExt:");
  const tcp = readTable(snmp, "Tcp:");
  const opened = tcp("ActiveOpens") + tcp("PassiveOpens") - tcp("AttemptFails");
  const ended = opened - tcp("EstabResets") - tcp("CurrEstab");
  const segments = extended("TCPOrigDataSent") + extended("TCPHPHits") - ended;
  const loopbackPackets = Number(/^\s*lo:\s*\d+\s+(\d+)/m.exec(dev)?.[1]);
  return Number.isNaN(segments + loopbackPackets) ? undefined : { segments, loopbackPackets };
}

/** Reads a table with a line of names above a line of values; missing values are `NaN`. */
function readTable(text: string, table: string): (name: string) => number {
  const lines = text.split("\n").filter((line) => line.startsWith(table));
  const [names = [], values = []] = lines.map((line) => line.split(" "));
  return (name) => Number(values[names.indexOf(name)]);
}
