import type { IncomingMessage } from "node:http";
import { classifyClient } from "../core/client.ts";
import { isPrefetch } from "../core/prefetch.ts";
import { CONFLICT, requestHost } from "../core/request-host.ts";
import type { ClientRequest } from "../lifecycle/admit/admit.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import type { ClientFacts } from "../respond/pages.ts";
import { stickyPin } from "./sticky.ts";

interface ClientRequestFacts {
  readonly address: string;
  /** Aborts when the client leaves. */
  readonly aborted: AbortSignal;
}

/** Returns what a request read by node:http is decided by. */
export function clientRequest(
  req: IncomingMessage,
  route: Route,
  { address, aborted }: ClientRequestFacts,
): ClientRequest {
  const { method = "GET", headers, url = "/" } = req;
  const host = requestHost(url, req.rawHeaders);
  return {
    kind: classifyClient(method, headers),
    method,
    path: url,
    userAgent: headers["user-agent"] ?? "",
    address,
    isPrefetch: isPrefetch(method, headers),
    sticky: stickyPin(route, headers.cookie),
    host: host === CONFLICT ? undefined : host,
    aborted,
  };
}

/** What determines the form and the language of our own response. */
export function clientOf({ method = "GET", headers, url }: IncomingMessage): ClientFacts {
  return { kind: classifyClient(method, headers), acceptLanguage: headers["accept-language"], target: url };
}
