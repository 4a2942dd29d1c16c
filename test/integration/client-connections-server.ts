import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import type { SimpleRequest } from "../../src/http1/simple-request.ts";
import type { Route } from "../../src/lifecycle/admit/route.ts";
import type { ClientConnection } from "../../src/http1/client-connection.ts";
import type { GatewayServer } from "../../src/server.ts";
import { startListener } from "./listener.ts";

export interface Read {
  readonly by: "line" | "node";
  readonly what: string;
}

/** The listener alone. Plain requests are answered on their lines, all others by node:http. */
export async function listen(
  t: TestContext,
  simple: (client: ClientConnection, body: Buffer | undefined, request: SimpleRequest) => boolean,
): Promise<[GatewayServer, number, Read[]]> {
  const reads: Read[] = [];
  const { server, port } = await startListener(t, {
    simple(_route: Route, request: SimpleRequest, body, client) {
      if (!simple(client, body, request)) return false;
      reads.push({ by: "line", what: `${request.method} ${request.target}` });
      return true;
    },
    request(_route, req: IncomingMessage, res: ServerResponse) {
      reads.push({ by: "node", what: `${req.method} ${req.url}` });
      res.end("node");
    },
    upgrade: (_route, _req, socket) => void socket.end(),
    unknownHost: () => assert.fail("every host is known"),
    conflictingHost: () => assert.fail("no host is in conflict"),
  });
  return [server, port, reads];
}

export const atOnce = (client: ClientConnection): boolean => {
  client.answer("Content-Length: 0\r\n");
  return true;
};
