import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "./core/errors.ts";
import { CONFLICT, requestHost, requestPath, mayBeReserved } from "./core/request-host.ts";
import type { ClientConnection } from "./http1/client-connection.ts";
import { endWithResponse } from "./http1/end-with-response.ts";
import { endInstead } from "./http1/open-responses.ts";
import { setHost } from "./http1/request-head.ts";
import type { SimpleRequest } from "./http1/simple-request.ts";
import type { Route } from "./lifecycle/admit/route.ts";
import type { HostLookup } from "./proxy/host-lookup.ts";
import type { Answer } from "./respond/answer.ts";
import { rawAnswer, writeAnswer } from "./respond/write-answer.ts";

/** The possible destinations of a request, in the order of the checks. */
export interface RouterDeps extends HostLookup {
  /** Handles an auth request of a front proxy; returns false if it is not one. */
  auth(req: IncomingMessage, res: ServerResponse, path: string): boolean;
  authUpgrade(req: IncomingMessage, socket: Duplex, path: string): boolean;
  /** Handles a reserved `/_…` path; returns false if the path is not reserved on this host. */
  internal(req: IncomingMessage, res: ServerResponse, path: string, route: Route | undefined): boolean;
  /** Handles a simple request to a ready app; returns false if it needs more. Absent: node:http reads every request. */
  readonly simple?: (
    route: Route,
    request: SimpleRequest,
    body: Buffer | undefined,
    client: ClientConnection,
  ) => boolean;
  /** Returns the field lines of the 200 for a simple auth request that may pass. */
  readonly simpleAuth?: (request: SimpleRequest, peer: string) => string | undefined;
  request(route: Route, req: IncomingMessage, res: ServerResponse): void;
  upgrade(route: Route, req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Notes the sender of a request with `X-Forwarded-*`. */
  forwardedBy(peer: string): void;
  unknownHost(req: IncomingMessage, host: string | undefined): Answer;
  conflictingHost(req: IncomingMessage, res: ServerResponse): void;
  /** Returns a complete response as bytes, for a connection without a response object. */
  rawAnswer(code: ErrorCode): Buffer;
}

/** Routes each request to its handler. A request to a ready app passes through nothing else. */
export interface RequestRouter {
  /** Handles a simple request; returns false if node:http has to read it. */
  simple(request: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean;
  request(req: IncomingMessage, res: ServerResponse): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Creates the router. */
export function createRequestRouter(deps: RouterDeps): RequestRouter {
  return {
    /** The path of most requests: simple ones to awake apps. */
    simple(request, body, client) {
      const { target } = request;
      if (mayBeReserved(target)) {
        const passed = body === undefined ? deps.simpleAuth?.(request, client.peer) : undefined;
        if (passed === undefined) return false;
        client.answer(passed);
        return true;
      }
      if (request.claims !== "" && FORWARDED.test(request.claims)) deps.forwardedBy(client.peer);
      if (request.forwardedHost !== undefined)
        request.host = deps.forwardedHost(request.host, request.forwardedHost, client.peer) ?? request.host;
      const route = deps.findRoute(request.host, target);
      if (route === undefined || deps.simple?.(route, request, body, client) !== true) return false;
      client.probeAfter(PROBE_AFTER_MS);
      return true;
    },

    request(req, res) {
      if (req.httpVersionMajor !== 1) return endInstead(res, deps.rawAnswer("bad-request"));
      const target = req.url ?? "/";
      const named = requestHost(target, req.rawHeaders);
      if (named === CONFLICT || isHostless(req, named)) return deps.conflictingHost(req, res);
      noteForwarded(deps, req);
      const path = target.charCodeAt(0) !== SLASH || mayBeReserved(target) ? requestPath(target) : undefined;
      if (path !== undefined && deps.auth(req, res, path)) return undefined;
      const host = settleHost(deps, req, named);
      if (path !== undefined) {
        req.socket.setKeepAlive(true, PROBE_AFTER_MS);
        if (deps.internal(req, res, path, deps.findRoute(host, "/"))) return undefined;
      }
      const route = deps.findRoute(host, req.url ?? "/");
      if (route === undefined) return writeAnswer(res, deps.unknownHost(req, host), req.method);
      req.socket.setKeepAlive(true, PROBE_AFTER_MS);
      return deps.request(route, req, res);
    },

    upgrade(req, socket, head) {
      if (req.httpVersionMajor !== 1) return endWithResponse(socket, deps.rawAnswer("bad-request"));
      const target = req.url ?? "/";
      const named = requestHost(target, req.rawHeaders);
      if (named === CONFLICT || isHostless(req, named)) return endWithResponse(socket, deps.rawAnswer("conflict-host"));
      noteForwarded(deps, req);
      if (deps.authUpgrade(req, socket, requestPath(target))) return undefined;
      const host = settleHost(deps, req, named);
      const route = deps.findRoute(host, req.url ?? "/");
      if (route === undefined) return endWithResponse(socket, rawAnswer(deps.unknownHost(req, host)));
      req.socket.setKeepAlive(true, PROBE_AFTER_MS);
      return deps.upgrade(route, req, socket, head);
    },
  };
}

/** Returns the host that determines the route of a request. */
function settleHost(deps: RouterDeps, req: IncomingMessage, host: string | undefined): string | undefined {
  const forwarded = req.headers["x-forwarded-host"];
  if (typeof forwarded !== "string" || isAuthRequest(req)) return host;
  const instead = deps.forwardedHost(host, forwarded, req.socket.remoteAddress ?? "");
  if (instead !== undefined) setHost(req, instead);
  return instead ?? host;
}

function noteForwarded({ forwardedBy }: RouterDeps, { headers, socket }: IncomingMessage): void {
  if (FORWARDED_FIELDS.some((name) => headers[name] !== undefined)) forwardedBy(socket.remoteAddress ?? "");
}

/**
 * When TCP keep-alive begins, which detects clients that have vanished and so ends their leases. Not used on
 * connections of auth requests: Traefik opens one for nearly every request, and the four system calls are a tenth of
 * its cost.
 */
const PROBE_AFTER_MS = 60_000;

const SLASH = 47;

const FORWARDED_FIELDS = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] as const;
const FORWARDED = new RegExp(`^(?:${FORWARDED_FIELDS.join("|")}):`, "imu");

/** Returns true for any path of auth requests: even with an unknown front's name, it must not reach an app. */
function isAuthRequest({ url = "/" }: IncomingMessage): boolean {
  return requestPath(url).startsWith("/_auth/");
}

/** Returns true for HTTP/1.1 without Host, which is invalid (RFC 9112 §3.2). */
function isHostless({ httpVersionMinor }: IncomingMessage, host: string | undefined): boolean {
  return host === undefined && httpVersionMinor === 1;
}
