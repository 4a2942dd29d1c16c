import type { IncomingMessage } from "node:http";
import { classifyClient } from "../core/client.ts";
import { isPrefetch } from "../core/prefetch.ts";
import { CONFLICT, requestHost } from "../core/request-host.ts";
import type { ClientRequest } from "../lifecycle/admit/admit.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import type { ClientFacts } from "../respond/pages.ts";
import { cookieOf } from "../core/cookie-of.ts";
import type { Gate } from "../core/decision.ts";
import { pinOf } from "../lifecycle/admit/pin.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";

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

/** Returns where the cookie of a sticky route sends its client; it is unverified, so only ever compared. */
export function stickyPin(route: Route, cookies: string | undefined): string | undefined {
  const value = route.cookie === "" ? undefined : cookieOf(cookies, route.cookie);
  return value === undefined ? undefined : decode(value);
}

/** Returns the cookie that keeps a client where it has got to; `undefined` when the client already has it. */
export function stickyCookie(
  route: Route,
  { record, gate }: { readonly record: WorkloadRecord; readonly gate: Gate },
  cookies: string | undefined,
): string | undefined {
  if (route.cookie === "") return undefined;
  const pin = pinOf(record, gate);
  if (stickyPin(route, cookies) === pin) return undefined;
  return `${route.cookie}=${encodeURIComponent(pin)}; Path=/; HttpOnly; SameSite=Lax`;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
