import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { classifyClient } from "../core/client.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import { endWithResponse } from "../http1/end-with-response.ts";
import type { ClientFacts } from "../respond/pages.ts";
import type { AnswerRefusal } from "../respond/refusal.ts";
import { waitHeaders } from "../respond/wait-headers.ts";
import { rawAnswer, writeAnswer } from "../respond/write-answer.ts";
import type { Refused } from "./handler.ts";

/** Writes what the proxy's refused requests get; each call resolves with the status, 499 when the client has left. */
export interface Refuser {
  refuse(refused: Refused, route: Route, req: IncomingMessage, res: ServerResponse): Promise<number>;
  refuseUpgrade(refused: Refused, route: Route, req: IncomingMessage, socket: Duplex): Promise<number>;
}

export function createRefuser(answerRefusal: AnswerRefusal<Route>): Refuser {
  return {
    async refuse({ decision, waitedMs }, route, req, res) {
      if (res.destroyed || decision.kind === "gone") return CLIENT_LEFT;
      const answer = await answerRefusal(decision, route, clientOf(req), "proxy");
      writeAnswer(res, answer, req.method, waitHeaders(waitedMs));
      return answer.status;
    },
    async refuseUpgrade({ decision, waitedMs }, route, req, socket) {
      if (socket.destroyed || decision.kind === "gone") {
        socket.destroy(); // only its client has ended it so far
        return CLIENT_LEFT;
      }
      const answer = await answerRefusal(decision, route, clientOf(req), "proxy");
      endWithResponse(socket, rawAnswer(answer, waitHeaders(waitedMs)));
      return answer.status;
    },
  };
}

const CLIENT_LEFT = 499;

/** What of a request settles the form and the language of an answer of ours. */
export function clientOf({ method = "GET", headers, url }: IncomingMessage): ClientFacts {
  return { kind: classifyClient(method, headers), acceptLanguage: headers["accept-language"], path: url };
}
