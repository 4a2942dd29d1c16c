import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { classifyClient } from "../core/client.ts";
import type { Refusal } from "../core/decision.ts";
import type { Endpoint } from "../core/observation.ts";
import type { LogTail } from "../lifecycle/log-tail.ts";
import type { Clock, Probe } from "../lifecycle/ports.ts";
import type { Route } from "../lifecycle/route.ts";
import { routeFacts } from "../lifecycle/route-facts.ts";
import type { Answer } from "../respond/answer.ts";
import { sayLast } from "../respond/last-words.ts";
import type { ClientFacts } from "../respond/pages.ts";
import { refuse } from "../respond/refuse.ts";
import type { Responder } from "../respond/responder.ts";
import { waitHeaders } from "../respond/wait-headers.ts";
import { rawAnswer, writeAnswer } from "../respond/write-answer.ts";
import type { Refused } from "./door.ts";

interface RefuserDeps {
  readonly clock: Clock;
  readonly responder: () => Responder;
  readonly logTail: LogTail;
  readonly probe: Probe;
}

/** Writes what the proxy's refused requests get; each call resolves with the status, 499 when the client has left. */
export interface Refuser {
  refuse(refused: Refused, route: Route, req: IncomingMessage, res: ServerResponse): Promise<number>;
  refuseUpgrade(refused: Refused, route: Route, req: IncomingMessage, socket: Duplex): Promise<number>;
}

export function createRefuser({ clock, responder, logTail, probe }: RefuserDeps): Refuser {
  const asked = new WeakMap<Endpoint, Promise<boolean>>();

  async function answerTo(decision: Answerable, route: Route, client: ClientFacts): Promise<Answer> {
    if (decision.kind === "unknown") return responder().unknownHost({ host: "" }, client);
    return refuse(
      responder(),
      decision,
      { ...routeFacts(route, clock), ...(await logsOf(decision, route)), ...(await faultOf(decision, route)) },
      client,
      "proxy",
    );
  }

  /** The loading page asks for its log lines by itself; a failure shows its last ones at once. */
  async function logsOf(decision: Answerable, route: Route): Promise<{ readonly logs?: readonly string[] }> {
    if (decision.kind === "page") return route.face.logs === "never" ? {} : { logs: [] };
    if (decision.kind !== "failed") return {};
    const record = route.members.find(({ name }) => name === decision.workload);
    const logs = record && (await logTail(record));
    return logs === undefined ? {} : { logs };
  }

  /** An app that wants TLS hangs up on plain text: asked once for as long as it is ready at this endpoint. */
  async function faultOf({ kind }: Answerable, { members }: Route): Promise<{ readonly fault?: string }> {
    const to = members.map(({ gate }) => gate?.to).find((endpoint) => endpoint !== undefined);
    if (kind !== "broken" || to === undefined || to.tls !== undefined) return {};
    const asking = asked.get(to) ?? probe.speaksTls(to, NEVER);
    asked.set(to, asking);
    return (await asking) ? { fault: "The app speaks TLS: set target_scheme: https." } : {};
  }

  return {
    async refuse({ decision, waitedMs }, route, req, res) {
      if (res.destroyed || decision.kind === "gone") return CLIENT_LEFT;
      const answer = await answerTo(decision, route, clientOf(req));
      writeAnswer(res, answer, req.method, waitHeaders(waitedMs));
      return answer.status;
    },
    async refuseUpgrade({ decision, waitedMs }, route, req, socket) {
      if (socket.destroyed || decision.kind === "gone") {
        socket.destroy(); // only its client has ended it so far
        return CLIENT_LEFT;
      }
      const answer = await answerTo(decision, route, clientOf(req));
      sayLast(socket, rawAnswer(answer, waitHeaders(waitedMs)));
      return answer.status;
    },
  };
}

const CLIENT_LEFT = 499;
const NEVER = new AbortController().signal;

/** A client that has left is answered nothing. */
type Answerable = Exclude<Refusal, { kind: "gone" }>;

/** What of a request settles the form and the language of an answer of ours. */
export function clientOf({ method = "GET", headers, url }: IncomingMessage): ClientFacts {
  return { kind: classifyClient(method, headers), acceptLanguage: headers["accept-language"], path: url };
}
