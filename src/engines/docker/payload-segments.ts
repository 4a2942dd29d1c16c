import type { Usage } from "../../lifecycle/ports.ts";

/**
 * Counts the TCP segments with payload that a network namespace has seen, from the texts of `/proc/PID/net/netstat`,
 * `snmp` and `dev`. No byte counter distinguishes a line of a stream from the SYN of a health check, but the kernel
 * counts what it sends for the first time (`TCPOrigDataSent`) and what arrives in order with payload (`TCPHPHits`): no
 * SYN, keep-alive or acknowledgement. The FIN at the end of a connection counts as sent, unless it was reset or never
 * established: an app that ends its idle connections after a minute is not in use then. Loopback is included, so its packets are returned as well.
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

/** A line of names above a line of values; `NaN` for what is missing. */
function readTable(text: string, table: string): (name: string) => number {
  const lines = text.split("\n").filter((line) => line.startsWith(table));
  const [names = [], values = []] = lines.map((line) => line.split(" "));
  return (name) => Number(values[names.indexOf(name)]);
}
