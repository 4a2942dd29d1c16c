import type { IncomingMessage } from "node:http";
import { hostName } from "../core/host-table.ts";
import type { Answer } from "../respond/answer.ts";
import type { ForwardedRequest, Front, Misread } from "./front.ts";

/**
 * Envoy's ext_authz over HTTP: the client's request with its path after our prefix and without its body. Exactly 200
 * allows; a 5xx would become its own bodiless 403, so every refusal is sent as a 4xx.
 */
export const ENVOY: Front = Object.freeze({
  name: "envoy",
  traits: Object.freeze({
    maxHoldMs: 25_000,
    seesTraffic: false,
    relaysSuccess: false,
  }),
  read: readOriginal,
  refusal: asClientError,
} satisfies Front);

/** No override by path: here the path is the client's. */
function readOriginal(req: IncomingMessage, path: string): ForwardedRequest | Misread {
  const { url = "/", method = "GET" } = req;
  const host = req.headers.host ?? "";
  if (hostName(host) === undefined) return { code: "bad-request", detail: "The Host header is not a host name." };
  const query = url.indexOf("?");
  const uri = `${path === "" ? "/" : path}${query === -1 ? "" : url.slice(query)}`;
  return { about: "access", host, uri, method, override: undefined };
}

/** "Too many requests" is the 4xx that clients and crawlers retry; the polls of the page must not get it. */
function asClientError(answer: Answer): Answer {
  if (answer.status < 500) return answer;
  const mayAskAgain = answer.headers.includes("Retry-After");
  return { ...answer, status: mayAskAgain ? PAGE_STATUS : 403 };
}

/** Not 5xx: Envoy takes that for an authorizer failure and drops the body. */
const PAGE_STATUS = 429;
