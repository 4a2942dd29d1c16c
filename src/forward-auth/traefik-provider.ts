import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { hostName } from "../core/host-table.ts";
import { plainAddress } from "../core/plain-address.ts";
import type { Settings } from "../core/settings.ts";
import { type Answer, createAnswer } from "../respond/answer.ts";
import type { Responder } from "../respond/responder.ts";
import { writeAnswer } from "../respond/write-answer.ts";
import type { Forwardings } from "./forwarding.ts";
import { traefikDocument } from "./traefik-document.ts";

interface ProviderDeps {
  readonly settings: () => Settings;
  /** Returns whether an address is that of a trusted proxy; no other client can be a Traefik that uses the document. */
  readonly isTrusted: (address: string) => boolean;
  /** Returns how the Traefik at this address forwards to each workload; absent: according to the settings. */
  readonly forwarding?: (address: string) => Forwardings;
  /** Returns a promise while that is not yet known. */
  readonly awaitForwarding?: (socket: Socket, address: string) => Promise<void> | undefined;
  /** Called when a Traefik fetches a document. */
  readonly noteFetch?: (socket: Socket, userAgent: string | undefined) => void;
  readonly enginesUp: () => boolean;
  readonly responder: () => Responder;
}

/**
 * Creates `GET /_provider/traefik`. It answers 200 with everything that is known, also while Docker is unreachable,
 * because Traefik removes what is missing and slows down after other statuses. Only if Docker was never read, so that
 * hosts from labels would be missing, a 503 makes Traefik keep what it has. The text is cached until its content
 * changes; it is always sent whole, because Traefik 3.7 sends no If-None-Match.
 */
export function createTraefikProvider(deps: ProviderDeps) {
  const { settings, forwarding = () => undefined, enginesUp, responder, isTrusted } = deps;
  let made: { readonly of: Settings; readonly answers: Map<string, Answer> } | undefined;
  let wasUp = false;

  return function provide(req: IncomingMessage, res: ServerResponse): void {
    wasUp ||= enginesUp() || isWithoutDocker(settings());
    if (!wasUp) return writeAnswer(res, responder().problem("not-ready", {}, { kind: "other" }), req.method);
    const { remoteAddress: peer = "" } = req.socket;
    // Administrators may read it as well, but do not forward by it.
    if (req.method !== "GET" || !isTrusted(peer)) return send(req, res, undefined);
    const address = plainAddress(peer);
    const pending = deps.awaitForwarding?.(req.socket, address);
    if (pending === undefined) answerFetch(req, res, address);
    else void pending.then(() => res.destroyed || answerFetch(req, res, address));
  };

  function answerFetch(req: IncomingMessage, res: ServerResponse, address: string): void {
    // Noted first, so that a document that permits direct forwarding is never older than its fetch.
    deps.noteFetch?.(req.socket, req.headers["user-agent"]);
    // Kept open without a timeout, because its end shows that this Traefik has ended.
    res.once("finish", () => req.socket.setTimeout(0));
    send(req, res, forwarding(address));
  }

  function send(req: IncomingMessage, res: ServerResponse, ways: Forwardings | undefined): void {
    const current = settings();
    const self = addressOf(req);
    const known = `${self} ${ways === undefined ? "" : signatureOf(ways)}`;
    if (made?.of !== current) made = { of: current, answers: new Map() };
    let answer = made.answers.get(known);
    if (answer === undefined) {
      const text = JSON.stringify(traefikDocument(current, self, ways));
      answer = createAnswer(text, { status: 200, type: "application/json" });
      if (made.answers.size >= MOST_ANSWERS) made.answers.clear();
      made.answers.set(known, answer);
    }
    writeAnswer(res, answer, req.method);
  }
}

/** The number of cached texts: one for each Traefik and each recent way of forwarding. */
const MOST_ANSWERS = 8;

function signatureOf(ways: Forwardings): string {
  let text = "";
  for (const { reach, sendsAuthRequests } of ways.values()) {
    text += reach.by === "gateway" ? "-" : `${reach.host}:${reach.port}${sendsAuthRequests ? "?" : "!"}`;
  }
  return text;
}

/** Returns our own `host:port`, at which Traefik has just reached us. */
function addressOf({ headers, socket }: IncomingMessage): string {
  const { host = "" } = headers;
  if (hostName(host) !== undefined) return host;
  const { localAddress = "127.0.0.1", localPort = 80 } = socket;
  return localAddress.includes(":") ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
}

function isWithoutDocker({ workloads }: Settings): boolean {
  return workloads.length > 0 && workloads.every(({ process }) => process !== undefined);
}
