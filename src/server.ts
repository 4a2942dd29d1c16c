import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "./core/errors.ts";
import { reportFault } from "./core/isolate.ts";
import { ClientConnections } from "./http1/client-connections.ts";
import type { RequestRouter } from "./request-router.ts";
import { endInstead, type OpenResponses, serveRequests } from "./http1/open-responses.ts";
import { takeUpgrades } from "./http1/take-upgrades.ts";
import { endWithResponse } from "./http1/end-with-response.ts";

/** What the server needs. */
export interface ServerDeps {
  readonly options: ServerOptions;
  readonly router: RequestRouter;
  /** Returns a complete response as bytes, for a connection without a response object. */
  rawAnswer(code: ErrorCode): Buffer;
}

/** The server with its listener. */
export interface GatewayServer {
  /** Listens; resolves with the address, or rejects with the system's error. */
  listen(port: number, bind: string): Promise<AddressInfo>;
  readonly draining: () => boolean;
  /** Accepts no new connections, waits `ms` for open requests, then aborts them. */
  drain(ms: number): Promise<void>;
}

/** Creates the server. */
export function createGatewayServer({ options, router, rawAnswer }: ServerDeps): GatewayServer {
  const server = createServer(options);
  // No limit: fields beyond it would be ignored, even a Content-Length. Their total size is limited instead.
  server.maxHeadersCount = 0;
  const answers = serveRequests(server, onRequest);
  const broken = new WeakSet<Duplex>();
  let draining = false;

  const connections = new ClientConnections(server, {
    serve: router.simple,
    isDraining: () => draining,
    tooLate: (socket) => endWithResponse(socket, rawAnswer("request-timeout")),
  });

  function onRequest(req: IncomingMessage, res: ServerResponse): void {
    if (connections.resumeRequest(req, res)) return;
    if (draining) res.shouldKeepAlive = false;
    router.request(req, res);
  }

  const upgraded = takeUpgrades(server, answers, router.upgrade);
  server.on("connect", (_req: IncomingMessage, socket: Duplex) => {
    answers.afterLetGo(socket, () => endWithResponse(socket, rawAnswer("method-not-allowed")));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === "ECONNRESET") socket.destroy();
    else if (socket.writable && !broken.has(socket)) {
      broken.add(socket); // node:http continues to read and reports further errors
      refuseBroken(answers, socket, rawAnswer(CLIENT_ERRORS[error.code ?? ""] ?? "bad-request"));
    }
  });

  return {
    listen: (port, bind) => listen(server, port, bind),
    draining: () => draining,
    async drain(ms) {
      draining = true;
      const isUsed = (socket: Duplex): boolean => upgraded.has(socket) || answers.areOpen(socket);
      await close(server, connections, { upgraded, isUsed }, ms);
    },
  };
}

const CLIENT_ERRORS: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-timeout",
};

/** Answers malformed bytes after the responses to the requests before them. */
function refuseBroken(answers: OpenResponses, socket: Socket, refusal: Buffer): void {
  const last = answers.last(socket);
  if (last === undefined || last.req.complete) answers.after(socket, () => endWithResponse(socket, refusal));
  // The malformed bytes are the body of the last request, which must not get a second response.
  else if (last.writableEnded) answers.after(socket, () => socket.destroySoon());
  else if (last.headersSent) endInstead(last);
  else endInstead(last, refusal);
}

function listen(server: Server, port: number, bind: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, bind, () => {
      server.off("error", reject).on("error", reportFault); // from now on: connections that cannot be accepted
      const address = server.address();
      if (address === null || typeof address === "string") reject(new TypeError("the listener has no port"));
      else resolve(address);
    });
  });
}

interface Used {
  readonly upgraded: ReadonlySet<Duplex>;
  /** Returns whether a request is in progress on a connection. */
  readonly isUsed: (socket: Duplex) => boolean;
}

/** Closes the server. Node closes idle connections only once, so those that become idle later are closed here. */
function close(server: Server, connections: ClientConnections, { upgraded, isUsed }: Used, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const since = performance.now();
    const closeIdle = (): void => {
      server.closeIdleConnections();
      connections.closeIdle();
      // An incomplete request head that does not continue does not count as in progress.
      if (performance.now() - since > HEAD_GRACE_MS) connections.closeUnused(isUsed);
    };
    const idle = setInterval(closeIdle, 50);
    const cut = setTimeout(() => {
      server.closeAllConnections();
      connections.closeAll();
      for (const socket of upgraded) socket.destroy();
    }, ms);
    connections.closeIdle();
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}

/** How long a request head that has begun may take. */
const HEAD_GRACE_MS = 200;
