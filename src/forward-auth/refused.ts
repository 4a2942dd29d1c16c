import type { IncomingMessage } from "node:http";
import { classifyClient } from "../core/client.ts";
import type { Refusal } from "../core/decision.ts";
import type { LogTail } from "../lifecycle/log-tail.ts";
import type { Clock } from "../lifecycle/ports.ts";
import type { Route } from "../lifecycle/route.ts";
import { routeFacts } from "../lifecycle/route-facts.ts";
import type { Answer } from "../respond/answer.ts";
import type { ClientFacts } from "../respond/pages.ts";
import { refuse } from "../respond/refuse.ts";
import type { Responder } from "../respond/responder.ts";
import type { Asked } from "./front.ts";

interface RefusedDeps {
  readonly clock: Clock;
  readonly responder: () => Responder;
  readonly logTail: LogTail;
}

/** What the client of a front gets instead of its app. */
export async function refusedAnswer(
  { clock, responder, logTail }: RefusedDeps,
  refusal: Exclude<Refusal, { kind: "gone" }>,
  route: Route,
  client: ClientFacts,
): Promise<Answer> {
  if (refusal.kind === "unknown") return responder().unknownHost({ host: "" }, client);
  const logs = await logsOf(refusal, route, logTail);
  return refuse(responder(), refusal, { ...routeFacts(route, clock), ...logs }, client, "forward-auth");
}

/** The page goes out when the front has an error to show, but the app has become ready: a page that leaves at once. */
export function readyAnswer({ clock, responder }: RefusedDeps, route: Route, client: ClientFacts): Answer {
  if (client.kind !== "navigation") {
    return responder().problem("waking", { container: route.face.name, retryMs: SOON_MS }, client);
  }
  return responder().loading({ ...routeFacts(route, clock), etaMs: SOON_MS, mode: "forward-auth" }, client);
}

const SOON_MS = 1_000;

/** The client behind an auth request. */
export function clientOf({ headers }: IncomingMessage, { method, uri }: Asked): ClientFacts {
  const [, query = ""] = /^[^?#]*\?([^#]*)/u.exec(uri) ?? [];
  return { kind: classifyClient(method, headers), acceptLanguage: headers["accept-language"], query };
}

/** The loading page asks for its log lines by itself; a failure shows its last ones at once. */
async function logsOf(
  refusal: Refusal,
  route: Route,
  logTail: LogTail,
): Promise<{ readonly logs?: readonly string[] }> {
  if (refusal.kind === "page") return route.face.logs === "never" ? {} : { logs: [] };
  if (refusal.kind !== "failed") return {};
  const record = route.members.find(({ name }) => name === refusal.workload);
  const logs = record && (await logTail(record));
  return logs === undefined ? {} : { logs };
}
