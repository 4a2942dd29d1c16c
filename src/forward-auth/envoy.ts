import type { IncomingMessage } from "node:http";
import { hostName } from "../core/host-table.ts";
import type { Answer } from "../respond/answer.ts";
import type { ForwardedRequest, Front, Misread } from "./front.ts";

/**
 * Envoy's ext_authz over HTTP, which sends the client's request with our prefix before its path and without its body.
 * Only 200 lets it pass. Envoy replaces a 5xx by its own 403 without a body, so every refusal is sent as a 4xx.
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

/** Reads the client's request. There is no override by path, because the path is the client's. */
function readOriginal(req: IncomingMessage, path: string): ForwardedRequest | Misread {
  const { url = "/", method = "GET" } = req;
  const host = req.headers.host ?? "";
  if (hostName(host) === undefined) return { code: "bad-request", detail: "The Host header is not a host name." };
  const query = url.indexOf("?");
  const uri = `${path === "" ? "/" : path}${query === -1 ? "" : url.slice(query)}`;
  return { about: "access", host, uri, method, override: undefined };
}

/** Converts a 5xx to 429, the 4xx that clients and crawlers retry. The polls of the page must not get it. */
function asClientError(answer: Answer): Answer {
  if (answer.status < 500) return answer;
  const mayRetry = answer.headers.includes("Retry-After");
  return { ...answer, status: mayRetry ? PAGE_STATUS : 403 };
}

/** Not 5xx, which Envoy treats as a failure of the authorization service. */
const PAGE_STATUS = 429;
