import type { TestContext } from "node:test";
import { SERVER_OPTIONS } from "../../src/http1/server-options.ts";
import type { Route } from "../../src/lifecycle/admit/route.ts";
import { createRequestRouter, type RouterDeps } from "../../src/request-router.ts";
import { createGatewayServer, type GatewayServer } from "../../src/server.ts";
import { cleanup } from "../support/cleanup.ts";

export interface Listener {
  readonly server: GatewayServer;
  readonly port: number;
}

/** The gateway's own listener on a free port; a test sets what answers there. By default every host is known. */
export async function startListener(t: TestContext, parts: Partial<RouterDeps>): Promise<Listener> {
  const rawAnswer: RouterDeps["rawAnswer"] = (code) => Buffer.from(`HTTP/1.1 400 ${code}\r\nConnection: close\r\n\r\n`);
  const router = createRequestRouter({
    findRoute: () => ({}) as Route,
    forwardedHost: () => undefined,
    forwardedBy: () => {},
    auth: () => false,
    authUpgrade: () => false,
    internal: () => false,
    request: (_route, _req, res) => void res.writeHead(418).end(),
    upgrade: (_route, _req, socket) => void socket.destroy(),
    unknownHost: () => ({ status: 404, headers: ["Content-Length", "12"], body: Buffer.from("unknown-host") }),
    conflictingHost: (_req, res) => void res.writeHead(400).end("conflict-host"),
    rawAnswer,
    ...parts,
  });
  const server = createGatewayServer({ options: SERVER_OPTIONS, router, rawAnswer });
  const { port } = await server.listen(0, "127.0.0.1");
  cleanup(t, () => server.drain(0));
  return { server, port };
}
