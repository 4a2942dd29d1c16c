import { takeGate } from "../lifecycle/workload/gate.ts";
import { noteClient } from "../lifecycle/workload/activity.ts";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Forward } from "../core/decision.ts";
import { isolateAsync } from "../core/isolate.ts";
import type { SimpleRequest } from "../http1/simple-request.ts";
import { noteFirstPass } from "../lifecycle/wake/first-answer.ts";
import { touch } from "../lifecycle/workload/lease.ts";
import { noteReuse } from "../lifecycle/stop/reuse.ts";
import { noteRequestedHost } from "../lifecycle/wake/probe-hosts.ts";
import { noteFrontTraffic } from "../lifecycle/usage/sample.ts";
import { writeContinue } from "../http1/open-responses.ts";
import { endWithResponse } from "../http1/end-with-response.ts";
import { rawAnswer, writeAnswer } from "../respond/write-answer.ts";
import { allowedAnswer, allowedLines } from "./allowed.ts";
import { type AuthAnswer, type AuthDeps, type AuthRequest, answerAuthRequest } from "./auth-answer.ts";
import { CADDY } from "./caddy.ts";
import { ENVOY } from "./envoy.ts";
import type { Front } from "./front.ts";
import { NGINX, NGINX_CACHED, nginxFront } from "./nginx.ts";
import { noteStream, type StreamSigns, streamSigns } from "./note-stream.ts";
import { single } from "./read-forwarded.ts";
import { TRAEFIK } from "./traefik.ts";

/** What the handler of auth requests needs. */
export interface AuthHandlerDeps extends AuthDeps {
  /** Counts an answer by its label, once per auth request. */
  readonly count: (front: Front["name"], answer: string) => void;
}

/** Answers auth requests of front proxies, which forward the traffic themselves. */
export interface AuthHandler {
  /**
   * Answers a simple auth request for a ready app: returns the field lines of its 200, or `undefined` without any
   * effect.
   */
  simple(request: SimpleRequest, peer: string): string | undefined;
  /** Answers an auth request; returns false if it is not one. */
  request(req: IncomingMessage, res: ServerResponse, path: string): boolean;
  /**
   * Answers Caddy's auth request for an upgrade, which is an upgrade itself, with an ordinary response instead of a
   * 101.
   */
  upgrade(req: IncomingMessage, socket: Duplex, path: string): boolean;
}

/** Creates the handler of auth requests. */
export function createAuthHandler(deps: AuthHandlerDeps): AuthHandler {
  function request(req: IncomingMessage, res: ServerResponse, path: string): boolean {
    const front = frontOf(path);
    if (front === undefined) return false;
    // Fronts copy the client's Expect, and Caddy relays our 100. The client may send its body, which the app reads.
    if (req.headers.expect !== undefined) writeContinue(res);
    const passed =
      QUICK_FRONTS.get(req.url ?? "") === front &&
      passAtOnce(deps, front, factsOf(req), req.socket.remoteAddress ?? "");
    if (!passed) isolateAsync(req.socket, answerLater(front, req, res, path));
    else {
      res.writeHead(200, allowedAnswer(passed, front.reuseSeconds).headers as string[]);
      res.end();
    }
    return true;
  }

  function simple(received: SimpleRequest, peer: string): string | undefined {
    const front = QUICK_FRONTS.get(received.target);
    const passed = front && passAtOnce(deps, front, received, peer);
    return passed && allowedLines(passed, front.reuseSeconds);
  }

  async function answerLater(front: Front, req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const leaving = new AbortController();
    res.once("close", () => leaving.abort());
    const found = await settle(deps, { front, req, path: restOf(front, path), aborted: leaving.signal });
    if (found !== undefined) writeAnswer(res, found.answer, req.method, found.extra);
  }

  function upgrade(req: IncomingMessage, socket: Duplex, path: string): boolean {
    const front = frontOf(path);
    if (front === undefined) return false;
    isolateAsync(socket, answerUpgrade(front, req, socket, path));
    return true;
  }

  async function answerUpgrade(front: Front, req: IncomingMessage, socket: Duplex, path: string): Promise<void> {
    const leaving = new AbortController();
    // Nothing but the end of the connection follows: the front sends the client's bytes to the app.
    socket.once("close", () => leaving.abort()).once("end", () => socket.destroy());
    socket.resume();
    const found = await settle(deps, { front, req, path: restOf(front, path), aborted: leaving.signal });
    if (found !== undefined && !socket.destroyed) endWithResponse(socket, rawAnswer(found.answer, found.extra));
  }

  return { simple, request, upgrade };
}

/** The ready path: returns the gate that lets the request pass, by one lookup and one read, without a decision. */
function passAtOnce(
  { lifecycle, isTrusted, count }: AuthHandlerDeps,
  front: Front,
  facts: RequestFacts,
  peer: string,
): Forward | undefined {
  const { forwardedHost, forwardedUri, userAgent, websocketKey } = facts;
  if (forwardedHost === undefined || forwardedUri === undefined || mayBeOurs(forwardedUri)) return undefined;
  if (!isTrusted(peer)) return undefined;
  const found = lifecycle.routes().hosts.find(forwardedHost)?.single;
  const open = found?.port.gate;
  if (found === undefined || open === undefined) return undefined;
  const { record, port } = found;
  const gate = takeGate(port, open);
  const { context } = lifecycle;
  noteClient(record, userAgent, websocketKey !== undefined);
  touch(record, context.clock);
  noteRequestedHost(record, forwardedHost);
  noteFrontTraffic(record, front.traits, context.rearm);
  if (port.heardFrom !== gate.to) noteFirstPass(context, record, gate.to);
  noteStream(record, facts, record.lastActivityMs);
  if (front.reuseSeconds !== undefined) noteReuse(record, front.reuseSeconds, context.clock);
  count(front.name, "allowed");
  return gate;
}

/** Creates the answer and counts it, also for an internal error. */
async function settle(deps: AuthHandlerDeps, request: AuthRequest): Promise<AuthAnswer | undefined> {
  const { front } = request;
  let found: AuthAnswer | undefined;
  try {
    found = await answerAuthRequest(deps, request);
  } catch (error) {
    deps.lifecycle.context.emit({
      type: "fault",
      message: "cannot answer an auth request",
      detail: String(error),
    });
    found = { answer: front.refusal(deps.responder().problem("internal", {}, { kind: "other" })), counted: "internal" };
  }
  deps.count(front.name, found?.counted ?? "gone");
  return found;
}

const FRONTS: readonly Front[] = [TRAEFIK, CADDY, ENVOY];

/** The fronts that send the client's host and path in fields, by the full path of their auth requests. */
const QUICK_FRONTS: ReadonlyMap<string, Front> = new Map([
  ...[TRAEFIK, CADDY, NGINX].map((front) => [`/_auth/${front.name}`, front] as const),
  ["/_auth/nginx/cached", NGINX_CACHED],
]);

function frontOf(path: string): Front | undefined {
  const quick = QUICK_FRONTS.get(path);
  if (quick !== undefined || !path.startsWith("/_auth/")) return quick;
  const name = path.split("/", 3)[2];
  if (name === NGINX.name) return nginxFront(path.slice("/_auth/nginx".length));
  return FRONTS.find((front) => front.name === name);
}

/** The part of an auth request that matters while the app is ready. */
type RequestFacts = Pick<SimpleRequest, "forwardedHost" | "forwardedUri" | "userAgent"> & StreamSigns;

function factsOf({ headers }: IncomingMessage): RequestFacts {
  return {
    ...streamSigns(headers),
    forwardedHost: single(headers["x-forwarded-host"]),
    forwardedUri: single(headers["x-forwarded-uri"]),
    userAgent: headers["user-agent"],
  };
}

function restOf({ name }: Front, path: string): string {
  return path.slice("/_auth/".length + name.length);
}

/** Returns true for paths that begin with `/_` or `/.`, as polls of our page and ACME challenges do. */
function mayBeOurs(uri: string): boolean {
  const second = uri.charCodeAt(1);
  return uri.charCodeAt(0) !== SLASH || second === UNDERSCORE || second === DOT;
}

const SLASH = 47;
const UNDERSCORE = 95;
const DOT = 46;
