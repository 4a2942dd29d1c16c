import type { IncomingMessage } from "node:http";
import { classifyClient } from "../core/client.ts";
import type { RouteFacts } from "../core/read-models.ts";
import type { Answer } from "../respond/answer.ts";
import type { ClientFacts } from "../respond/pages.ts";
import type { Responder } from "../respond/responder.ts";
import type { ForwardedRequest } from "./front.ts";

/** Creates the page for a front that has to show an error although the app is ready now; it reloads at once. */
export function readyAnswer(responder: Responder, facts: RouteFacts, client: ClientFacts): Answer {
  if (client.kind !== "navigation") {
    return responder.problem("waking", { container: facts.branding.name, retryMs: SOON_MS }, client);
  }
  return responder.loading({ ...facts, etaMs: SOON_MS, mode: "forward-auth" }, client);
}

const SOON_MS = 1_000;

/** Returns the client behind an auth request. */
export function clientOf({ headers }: IncomingMessage, { method, uri }: ForwardedRequest): ClientFacts {
  return { kind: classifyClient(method, headers), acceptLanguage: headers["accept-language"], target: uri };
}
