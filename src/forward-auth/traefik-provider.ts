import type { IncomingMessage, ServerResponse } from "node:http";
import { hostName } from "../core/host-table.ts";
import type { Settings } from "../core/settings.ts";
import { createAnswer } from "../respond/answer.ts";
import type { Responder } from "../respond/responder.ts";
import { writeAnswer } from "../respond/write-answer.ts";
import { traefikDocument } from "./traefik-document.ts";

interface ProviderDeps {
  readonly settings: () => Settings;
  /** Where a container listens, if that is known better than from its settings; absent: not at all. */
  readonly portOf?: (name: string) => number | undefined;
  readonly enginesUp: () => boolean;
  readonly responder: () => Responder;
}

/**
 * `GET /_provider/traefik`. Always a 200 with everything that is known, since Traefik drops what is missing and slows
 * down after anything else. While Docker is unreachable, that is what was known before; only when nothing was ever
 * read, so that labelled hosts would be missing, a 503 makes Traefik keep what it has.
 */
export function createTraefikProvider({ settings, portOf = () => undefined, enginesUp, responder }: ProviderDeps) {
  let last: { readonly settings: Settings; readonly known: string; readonly text: string } | undefined;
  let wasUp = false;

  return function provide(req: IncomingMessage, res: ServerResponse): void {
    const current = settings();
    wasUp ||= enginesUp() || isWithoutDocker(current);
    if (!wasUp) return writeAnswer(res, responder().problem("not-ready", {}, { kind: "other" }), req.method);
    const self = addressOf(req);
    const found = current.workloads.filter(({ findsPort }) => findsPort).map(({ name }) => portOf(name));
    const known = `${self} ${found.join()}`;
    if (last?.settings !== current || last.known !== known) {
      last = { settings: current, known, text: JSON.stringify(traefikDocument(current, self, portOf)) };
    }
    writeAnswer(res, createAnswer(last.text, { status: 200, type: "application/json" }), req.method);
  };
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
