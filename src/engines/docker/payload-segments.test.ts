import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { skipOrFail } from "../../../test/support/tools.ts";
import { payloadSegments } from "./payload-segments.ts";

const netstat = "TcpExt: SyncookiesSent TCPHPHits TCPOrigDataSent\nTcpExt: 1 20 300\nIpExt: InOctets\nIpExt: 9\n";
const snmp =
  "Ip: Forwarding\nIp: 1\nTcp: ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab\nTcp: 3 50 1 2 4\n";
const dev = "Inter-|   Receive\n face |bytes    packets errs\n    lo:  5000      50    0\n  eth0: 900 9 0\n";

test("segments with payload are those that were sent or taken, but for the ends of connections", () => {
  assert.deepEqual(payloadSegments(netstat, snmp, dev), { segments: 274, loopbackPackets: 50 });
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
  // Other programs use this network too, but the end of a connection does not count as payload.
  assert.ok(after.segments - before.segments >= 200, JSON.stringify([before, after]));
});

test("connections that are idle until they end carry nothing", (t) => {
  const script = `
    import { readFileSync } from "node:fs";
    import { once } from "node:events";
    import { connect, createServer } from "node:net";
import { payloadSegments } from ${JSON.stringify(import.meta.resolve("./payload-segments.ts"))};
    const read = () => payloadSegments(...["netstat", "snmp", "dev"].map((name) => readFileSync("/proc/net/" + name, "utf8")));
    const counts = [];
    const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    for (let number = 0; number < 5; number += 1) {
      const client = connect(server.address().port, "127.0.0.1");
      client.write("ping");
      await once(client, "data");
      counts.push(read().segments);
      client.end();
      await once(client, "close");
      counts.push(read().segments);
    }
    server.close();
    console.log(JSON.stringify(counts));`;
  const inside = `ip link set lo up && exec "$0" --input-type=module -e "$1"`;
  let output = "";
  try {
    // A separate network without other traffic.
    output = execFileSync("unshare", ["-n", "sh", "-c", inside, process.execPath, script], { encoding: "utf8" });
  } catch (error) {
    return skipOrFail(t, `no network namespace of its own: ${String(error)}`);
  }
  const counts: number[] = JSON.parse(output);
  for (let at = 0; at < counts.length; at += 2) assert.equal(counts[at + 1], counts[at], output);
});
