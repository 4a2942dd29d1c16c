import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { KubeBed } from "./bed.ts";

/** A proxy in front of an API server, which can answer every call with an error. */
export interface FaultyApi {
  readonly url: string;
  /** Ends every call and open watch with this status from now on; `undefined` ends that. */
  fail(status: number | undefined): void;
  close(): void;
}

/** Starts the proxy in front of a bed's API server. */
export async function startFaultyApi({ url, certificates }: KubeBed): Promise<FaultyApi> {
  let failure: number | undefined;
  const agent = new https.Agent({ keepAlive: true, ca: certificates.ca });
  const open = new Set<ServerResponse>();

  function forward(req: IncomingMessage, res: ServerResponse): void {
    const { method, headers } = req;
    const upstream = https.request(`${url}${req.url}`, { method, headers, agent }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    upstream.on("error", () => res.destroy());
    res.on("close", () => {
      open.delete(res);
      upstream.destroy();
    });
    req.pipe(upstream);
  }

  const server = createServer((req, res) => {
    if (failure === undefined) {
      open.add(res);
      return forward(req, res);
    }
    res.writeHead(failure, { "content-type": "application/json", "retry-after": "1" });
    res.end(
      JSON.stringify({ kind: "Status", code: failure, reason: "TooManyRequests", message: "please try again later" }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail(status) {
      failure = status;
      if (status !== undefined) for (const res of open) res.destroy();
    },
    close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
