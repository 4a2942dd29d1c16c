import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "./core/errors.ts";
import { isolate, reportFault } from "./core/isolate.ts";
import type { SimpleRequest } from "./http1/simple-request.ts";
import { CONFLICT, requestHost, requestPath } from "./core/request-host.ts";
import { mayBeReserved } from "./core/reserved-paths.ts";
import type { Route } from "./lifecycle/admit/route.ts";
import type { ClientConnection } from "./http1/client-connection.ts";
import { type ClientConnections, createClientConnections } from "./http1/client-connections.ts";
import type { HostLookup } from "./proxy/host-lookup.ts";
import { setHost } from "./http1/set-host.ts";
import { respondInstead, type OpenResponses, watchResponses } from "./http1/open-responses.ts";
import { takeUpgrades } from "./http1/take-upgrades.ts";
import type { Answer } from "./respond/answer.ts";
import { endWithResponse } from "./http1/end-with-response.ts";
import { rawAnswer, writeAnswer } from "./respond/write-answer.ts";

/** Where a request can lead, in the order in which it is asked. */
export interface ServerDeps extends HostLookup {
  readonly options: ServerOptions;
  /** The auth requests of front proxies; false: not one. */
  auth(req: IncomingMessage, res: ServerResponse, path: string): boolean;
  authUpgrade(req: IncomingMessage, socket: Duplex, path: string): boolean;
  /** The reserved `/_…` paths; false: not one on this host. */
  internal(req: IncomingMessage, res: ServerResponse, path: string, route: Route | undefined): boolean;
  /** Answers a simple request to a ready app; false: it needs something else. Unset: node:http reads every request. */
  readonly simple?: (
    route: Route,
    request: SimpleRequest,
    body: Buffer | undefined,
    client: ClientConnection,
  ) => boolean;
  /** The header lines of the 200 to a simple auth request that may pass. */
  readonly simpleAuth?: (request: SimpleRequest, peer: string) => string | undefined;
  request(route: Route, req: IncomingMessage, res: ServerResponse): void;
  upgrade(route: Route, req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Called for each request with `X-Forwarded-*`, with the address of whoever sent it. */
  forwardedBy(peer: string): void;
  unknownHost(req: IncomingMessage, host: string | undefined): Answer;
  conflictingHost(req: IncomingMessage, res: ServerResponse): void;
  /** A whole raw answer for a connection that has no response object. */
  rawAnswer(code: ErrorCode): Buffer;
}

export interface GatewayServer {
  /** Resolves with the address once it listens; rejects with the system's error. */
  listen(port: number, bind: string): Promise<AddressInfo>;
  readonly draining: () => boolean;
  /** Takes no new connection, lets what is open end for `ms`, then cuts it. */
  drain(ms: number): Promise<void>;
}

/** The one listener. What is ready and not reserved goes to its app without passing anything else. */
export function createGatewayServer(deps: ServerDeps): GatewayServer {
  const server = createServer(deps.options);
  server.maxHeadersCount = 0; // their size is bounded; a Content-Length beyond the count would frame a body all the same
  const answers = watchResponses(server);
  const broken = new WeakSet<Duplex>();
  let draining = false;

  const lines = createClientConnections(server, {
    serve,
    isDraining: () => draining,
    tooLate: (socket) => endWithResponse(socket, deps.rawAnswer("request-timeout")),
  });

  /** What most requests are: from a client that asks for nothing special, to an app that is awake. */
  function serve(request: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean {
    const { target } = request;
    if (mayBeReserved(target)) {
      const passed = body === undefined ? deps.simpleAuth?.(request, client.peer) : undefined;
      if (passed === undefined) return false;
      client.answer(passed);
      return true;
    }
    if (request.claims !== "" && FORWARDED.test(request.claims)) deps.forwardedBy(client.peer);
    const route = deps.findRoute(simpleHost(request, client.peer), target);
    if (route === undefined || deps.simple?.(route, request, body, client) !== true) return false;
    client.probeAfter(PROBE_AFTER_MS);
    return true;
  }

  function simpleHost(request: SimpleRequest, peer: string): string | undefined {
    if (request.forwardedHost !== undefined)
      request.host = deps.forwardedHost(request.host, request.forwardedHost, peer) ?? request.host;
    return request.host;
  }

  /** The host that a request is for from here on. */
  function settleHost(req: IncomingMessage, host: string | undefined): string | undefined {
    const forwarded = req.headers["x-forwarded-host"];
    if (typeof forwarded !== "string" || isAuthRequest(req)) return host;
    const instead = deps.forwardedHost(host, forwarded, req.socket.remoteAddress ?? "");
    if (instead !== undefined) setHost(req, instead);
    return instead ?? host;
  }

  function noteForwarded({ headers, socket }: IncomingMessage): void {
    if (FORWARDED_FIELDS.some((name) => headers[name] !== undefined)) deps.forwardedBy(socket.remoteAddress ?? "");
  }

  function onRequest(req: IncomingMessage, res: ServerResponse): void {
    if (lines.resumeRequest(req, res)) return undefined;
    if (req.httpVersionMajor !== 1) return respondInstead(res, deps.rawAnswer("bad-request"));
    const asked = req.url ?? "/";
    const named = requestHost(asked, req.rawHeaders);
    if (named === CONFLICT || isHostless(req, named)) return deps.conflictingHost(req, res);
    if (draining) res.shouldKeepAlive = false;
    noteForwarded(req);
    const path = asked.charCodeAt(0) !== SLASH || mayBeReserved(asked) ? requestPath(asked) : undefined;
    if (path !== undefined && deps.auth(req, res, path)) return undefined;
    const host = settleHost(req, named);
    if (path !== undefined) {
      req.socket.setKeepAlive(true, PROBE_AFTER_MS);
      if (deps.internal(req, res, path, deps.findRoute(host, "/"))) return undefined;
    }
    const route = deps.findRoute(host, req.url ?? "/");
    if (route === undefined) return writeAnswer(res, deps.unknownHost(req, host), req.method);
    req.socket.setKeepAlive(true, PROBE_AFTER_MS);
    return deps.request(route, req, res);
  }

  function onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (req.httpVersionMajor !== 1) return endWithResponse(socket, deps.rawAnswer("bad-request"));
    const target = req.url ?? "/";
    const named = requestHost(target, req.rawHeaders);
    if (named === CONFLICT || isHostless(req, named)) return endWithResponse(socket, deps.rawAnswer("conflict-host"));
    noteForwarded(req);
    if (deps.authUpgrade(req, socket, requestPath(target))) return undefined;
    const host = settleHost(req, named);
    const route = deps.findRoute(host, req.url ?? "/");
    if (route === undefined) return endWithResponse(socket, rawAnswer(deps.unknownHost(req, host)));
    req.socket.setKeepAlive(true, PROBE_AFTER_MS);
    return deps.upgrade(route, req, socket, head);
  }

  const onRequestAlone = (req: IncomingMessage, res: ServerResponse): void =>
    isolate(req.socket, () => onRequest(req, res));
  server.on("request", onRequestAlone);
  server.on("checkContinue", onRequestAlone);
  const upgraded = takeUpgrades(server, answers, onUpgrade);
  server.on("connect", (_req: IncomingMessage, socket: Duplex) => {
    answers.afterLetGo(socket, () => endWithResponse(socket, deps.rawAnswer("method-not-allowed")));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === "ECONNRESET") socket.destroy();
    else if (!broken.has(socket)) {
      broken.add(socket); // node:http goes on reading, and finds more of the kind
      refuseBroken(answers, socket, deps.rawAnswer(CLIENT_ERRORS[error.code ?? ""] ?? "bad-request"));
    }
  });

  return {
    listen: (port, bind) => listen(server, port, bind),
    draining: () => draining,
    async drain(ms) {
      draining = true;
      const isUsed = (socket: Duplex): boolean => upgraded.has(socket) || answers.areOpen(socket);
      await close(server, lines, { upgraded, isUsed }, ms);
    },
  };
}

/**
 * Clients that vanish without a word are found minutes later, and their leases end then. Not said of a connection that only
 * asks, which is a front's: Traefik opens one for nearly every question, and four system calls are a tenth of what it costs.
 */
const PROBE_AFTER_MS = 60_000;

const SLASH = 47;

const FORWARDED_FIELDS = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] as const;
const FORWARDED = new RegExp(`^(?:${FORWARDED_FIELDS.join("|")}):`, "imu");

/** A front names its client's host there, too: a question by a front's name that is none of ours is nobody's, no app's. */
function isAuthRequest({ url = "/" }: IncomingMessage): boolean {
  return requestPath(url).startsWith("/_auth/");
}

/** RFC 9112 §3.2: HTTP/1.1 has a Host. */
function isHostless({ httpVersionMinor }: IncomingMessage, host: string | undefined): boolean {
  return host === undefined && httpVersionMinor === 1;
}

const CLIENT_ERRORS: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-timeout",
};

/** Answers bytes that are no request in their turn, behind the whole answers to what came before them. */
function refuseBroken(answers: OpenResponses, socket: Socket, refusal: Buffer): void {
  const last = answers.last(socket);
  if (last === undefined || last.req.complete) answers.after(socket, () => endWithResponse(socket, refusal));
  // It is the body of the last request that is broken, which gets one answer.
  else if (last.writableEnded) answers.after(socket, () => socket.destroySoon());
  else if (last.headersSent) last.destroy();
  else respondInstead(last, refusal);
}

function listen(server: Server, port: number, bind: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, bind, () => {
      server.off("error", reject).on("error", reportFault); // a connection that could not be accepted
      const address = server.address();
      if (address === null || typeof address === "string") reject(new TypeError("the listener has no port"));
      else resolve(address);
    });
  });
}

interface Used {
  readonly upgraded: ReadonlySet<Duplex>;
  /** Something is under way on it. */
  readonly isUsed: (socket: Duplex) => boolean;
}

/** Node closes idle connections once; those that become idle later must be closed as well. */
function close(server: Server, lines: ClientConnections, { upgraded, isUsed }: Used, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const since = performance.now();
    const closeIdle = (): void => {
      server.closeIdleConnections();
      lines.closeIdle();
      // Half a request's head that does not go on is nothing under way.
      if (performance.now() - since > HEAD_GRACE_MS) lines.closeUnused(isUsed);
    };
    const idle = setInterval(closeIdle, 50);
    const cut = setTimeout(() => {
      server.closeAllConnections();
      lines.closeAll();
      for (const socket of upgraded) socket.destroy();
    }, ms);
    lines.closeIdle();
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}

/** A request whose first packet has come is let come whole. */
const HEAD_GRACE_MS = 200;
