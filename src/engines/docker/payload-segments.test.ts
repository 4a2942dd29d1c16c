import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { payloadSegments } from "./payload-segments.ts";

const netstat = "TcpExt: SyncookiesSent TCPHPHits TCPOrigDataSent\nTcpExt: 1 20 300\nIpExt: InOctets\nIpExt: 9\n";
const snmp = "Ip: Forwarding\nIp: 1\nTcp: ActiveOpens PassiveOpens AttemptFails EstabResets\nTcp: 3 50 1 2\n";
const dev = "Inter-|   Receive\n face |bytes    packets errs\n    lo:  5000      50    0\n  eth0: 900 9 0\n";

test("segments with payload are those that were sent or taken, but for the ends of connections", () => {
  assert.deepEqual(payloadSegments(netstat, snmp, dev), { segments: 270, loopbackPackets: 50 });
});

test("a kernel that counts otherwise tells nothing", () => {
  assert.equal(payloadSegments(netstat.replace("TCPOrigDataSent", "Other"), snmp, dev), undefined);
  assert.equal(payloadSegments(netstat, snmp.replace("EstabResets", "Other"), dev), undefined);
  assert.equal(payloadSegments("", snmp, dev), undefined);
  assert.equal(payloadSegments(netstat, snmp, ""), undefined);
});

test("this kernel counts what is said over a connection", { skip: process.platform !== "linux" }, async (t) => {
  const file = (name: string): string => readFileSync(`/proc/self/net/${name}`, "utf8");
  const read = () => payloadSegments(file("netstat"), file("snmp"), file("dev"));
  const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  t.after(() => client.destroy());
  await once(client, "connect");
  const before = read();
  for (let rounds = 0; rounds < 200; rounds += 1) {
    client.write("ping");
    await once(client, "data");
  }
  const after = read();
  assert.ok(before !== undefined && after !== undefined);
  // Others use this network as well, and whose connection ends is no payload.
  assert.ok(after.segments - before.segments >= 200, JSON.stringify([before, after]));
});
