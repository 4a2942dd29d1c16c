import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { hostName } from "../core/host-table.ts";
import type { Settings } from "../core/settings.ts";
import { type Answer, createAnswer } from "../respond/answer.ts";
import type { Responder } from "../respond/responder.ts";
import { writeAnswer } from "../respond/write-answer.ts";
import type { Forwardings } from "./forwarding.ts";
import { traefikDocument } from "./traefik-document.ts";

interface ProviderDeps {
  readonly settings: () => Settings;
  /** Whether an address is that of a trusted proxy: nobody else is a Traefik, whose auth requests would be refused. */
  readonly isTrusted: (address: string) => boolean;
  /** How the Traefik at this address forwards to each workload; absent: as the settings say. */
  readonly forwarding?: (settings: Settings, address: string) => Forwardings;
  /** Called when a Traefik fetches a document; `userAgent` is what it says of itself. */
  readonly noteFetch?: (socket: Socket, userAgent: string | undefined) => void;
  readonly enginesUp: () => boolean;
  readonly responder: () => Responder;
}

/**
 * `GET /_provider/traefik`. Always a 200 with everything that is known, since Traefik drops what is missing and slows down after
 * anything else. While Docker is unreachable, that is what was known before; only when nothing was ever read, so that labelled hosts
 * would be missing, a 503 makes Traefik keep what it has. It is kept until something in it changes; Traefik 3.7 asks for no
 * less than the whole (it sends no If-None-Match).
 */
export function createTraefikProvider(deps: ProviderDeps) {
  const { settings, forwarding = () => undefined, enginesUp, responder, isTrusted } = deps;
  let made: { readonly of: Settings; readonly answers: Map<string, Answer> } | undefined;
  let wasUp = false;

  return function provide(req: IncomingMessage, res: ServerResponse): void {
    const current = settings();
    wasUp ||= enginesUp() || isWithoutDocker(current);
    if (!wasUp) return writeAnswer(res, responder().problem("not-ready", {}, { kind: "other" }), req.method);
    const { remoteAddress: peer = "" } = req.socket;
    // Administrators may read it as well, and go by nothing in it.
    const isFetch = req.method === "GET" && isTrusted(peer);
    // First, so that a document which lets Traefik forward by itself is never older than its fetch.
    if (isFetch) {
      deps.noteFetch?.(req.socket, req.headers["user-agent"]);
      res.once("finish", () => req.socket.setTimeout(0)); // its end shows the end of that Traefik, so it is not ours to close
    }
    const self = addressOf(req);
    const ways = isFetch ? forwarding(current, peer.replace(/^::ffff:(?=\d+\.)/u, "")) : undefined;
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
  };
}

/** One for each Traefik, and for each way in which it has just forwarded. */
const MOST_ANSWERS = 8;

function signatureOf(ways: Forwardings): string {
  let text = "";
  for (const { reach, isAsked } of ways.values()) {
    text += reach.by === "gateway" ? "-" : `${reach.host}:${reach.port}${isAsked ? "?" : "!"}`;
  }
  return text;
}

/** Our own `host:port` as Traefik has just reached it. */
function addressOf({ headers, socket }: IncomingMessage): string {
  const { host = "" } = headers;
  if (hostName(host) !== undefined) return host;
  const { localAddress = "127.0.0.1", localPort = 80 } = socket;
  return localAddress.includes(":") ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
}

function isWithoutDocker({ workloads }: Settings): boolean {
  return workloads.length > 0 && workloads.every(({ process }) => process !== undefined);
}
