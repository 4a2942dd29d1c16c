/**
 * Why upgrades do not go through the package `http-proxy` (http-proxy-3): the same rules, and those that it does not keep,
 * each expected to fail. When one of them passes, a release has fixed it, and the decision in docs/adr must be reviewed.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { describe, type TestContext } from "node:test";
import { createProxyServer } from "http-proxy";
import { cleanup } from "../support/cleanup.ts";
import { upgradeRules } from "./proxy-upgrade-rules.ts";

async function start(t: TestContext, upstream: number): Promise<{ readonly port: number }> {
  const proxy = createProxyServer({ target: `http://127.0.0.1:${upstream}` });
  proxy.on("error", (_error, _req, socket) => {
    const client = socket as Duplex;
    if (client.writable) client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  const sockets = new Set<Duplex>();
  const server = createServer();
  server.on("upgrade", (req, socket, head) => {
    sockets.add(socket);
    proxy.ws(req, socket, head);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  cleanup(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}

const gaps = new Map([
  ["any protocol may be agreed upon", "whatever is not `websocket` is closed without an answer"],
  ["any method may be agreed upon", "whatever is not GET is closed without an answer"],
  ["a POST without a body may be agreed upon", "whatever is not GET is closed without an answer"],
  ["the target reaches the app byte for byte", "dots are resolved and slashes are merged"],
  ["headers keep their order, letter case and duplicates, both ways", "names become lower case, duplicates are joined"],
  ["an app that has said all may go on listening", "the app's end closes both directions"],
  ["an app that declines with a length is quoted whole", "names become lower case, duplicates are joined"],
  ["an app that declines without a body is quoted without one", "a 204 gets chunks"],
  ["an app that breaks off while it declines breaks off for the client", "the client waits forever"],
  ["a client that does not read slows an app that declines at length", "the answer piles up in memory"],
  ["a client that leaves before the answer takes the app's connection with it", "the app's connection stays open"],
  ["a client that resets its connection resets the other", "the app gets an orderly end"],
  ["an app that resets its connection resets the other", "the client gets an orderly end"],
]);

void describe("an upgrade through http-proxy", { concurrency: 8 }, () => upgradeRules({ start, gaps }));
