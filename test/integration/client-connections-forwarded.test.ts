import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createForwarder } from "../../src/proxy/forwarder.ts";
import { listen } from "./client-connections-server.ts";
import { answering, rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";
import { GET } from "./proxy-ways.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("an app behind a connection with many requests", () => {
  void it("forwards each request's own host, whether it is the last one's or not", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port);
    const hosts = ["one.test", "two.test", "two.test", "one.test"];
    for (const [at, host] of hosts.entries()) {
      client.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      await client.until((text) => count(text, "\r\n\r\nok") === at + 1);
    }
    const seen = (name: string): string[] =>
      app.heard.flatMap((heard) =>
        [...heard.matchAll(new RegExp(`^${name}: (.*)\r$`, "gmu"))].map(([, host = ""]) => host),
      );
    assert.deepEqual([seen("Host"), seen("X-Forwarded-Host")], [hosts, hosts]);
  });

  void it("forwards the app's own address if that replaces the host, and never another app's", async (t) => {
    const apps = [await startRawApp(t, answering(OK)), await startRawApp(t, answering(OK))];
    const tos = apps.map(({ port }) => ({ host: "127.0.0.1", port, published: false }));
    const ways = [
      [tos[0]!, false],
      [tos[1]!, false],
      [tos[1]!, true],
      [tos[0]!, false],
    ] as const;
    const forwarder = createForwarder({ isTrusted: () => false });
    let at = 0;
    const [, port] = await listen(t, (client, body, request) => {
      const [to, passHost] = ways[at++]!;
      forwarder.forwardSimple({ request, body, client, to, passHost, onEnd() {} });
      return true;
    });
    const client = await rawClient(t, port);
    for (const way of ways.keys()) {
      client.write(GET);
      await client.until((text) => count(text, "\r\n\r\nok") === way + 1);
    }
    const hosts = apps.map(({ heard }) => [...heard.join("").matchAll(/^Host: (.*)\r$/gmu)].map(([, host]) => host));
    const [one, two] = tos.map(({ port: own }) => `127.0.0.1:${own}`);
    assert.deepEqual(hosts, [
      [one, one],
      [two, "a"],
    ]);
    await forwarder.close();
  });

  for (const isTrusted of [true, false]) {
    void it(`never forwards to it what was sent about another client${isTrusted ? ", by a trusted peer" : ""}`, async (t) => {
      const app = await startRawApp(t, answering(OK));
      const proxy = await startProxy(t, { upstream: app.port, isTrusted: () => isTrusted });
      const client = await rawClient(t, proxy.port);
      const said = ["", "1.1.1.1", "", "2.2.2.2", "2.2.2.2", ""];
      for (const [at, address] of said.entries()) {
        const claim = address === "" ? "" : `X-Forwarded-For: ${address}\r\n`;
        client.write(`GET / HTTP/1.1\r\nHost: a\r\n${claim}\r\n`);
        await client.until((text) => count(text, "\r\n\r\nok") === at + 1);
      }
      const seen = [...app.heard.join("").matchAll(/^X-Forwarded-For: (.*)\r$/gmu)].map(([, addresses]) => addresses);
      assert.deepEqual(
        seen,
        said.map((address) => (address !== "" && isTrusted ? `${address}, 127.0.0.1` : "127.0.0.1")),
      );
    });
  }
});
