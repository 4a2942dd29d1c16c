import type { IncomingMessage } from "node:http";
import { hostName } from "../core/host-table.ts";
import type { ForwardedRequest, Misread } from "./front.ts";

/**
 * Reads an auth request that contains the client's request in `X-Forwarded-*`. Only these exact names count
 * (CVE-2026-39858, CVE-2026-52845), and none replaces another (CVE-2024-45410). A repeated field is refused: Node joins
 * it with a comma, which host names do not contain.
 */
export function readForwarded(
  req: IncomingMessage,
  path: string,
  { query }: { readonly query: boolean },
): ForwardedRequest | Misread {
  const { headers } = req;
  const host = headers["x-forwarded-host"];
  if (typeof host !== "string") return badRequest("The auth request has no X-Forwarded-Host header.");
  if (hostName(host) === undefined)
    return badRequest("X-Forwarded-Host is not a host name, or was sent more than once.");
  const forwarded = {
    host,
    uri: single(headers["x-forwarded-uri"]) ?? "/",
    method: single(headers["x-forwarded-method"]) ?? req.method ?? "GET",
  };
  const words = path.split("/");
  const about = words[1] === "page" ? "page" : "access";
  const [kind, name, ...more] = about === "page" ? words.slice(2) : words.slice(1);
  if (kind === undefined || (kind === "" && name === undefined)) {
    return { ...forwarded, about, override: query ? overrideOf(req.url ?? "") : undefined };
  }
  const given = name === undefined || more.length > 0 ? undefined : decode(name);
  if ((kind !== "container" && kind !== "group") || !given) {
    return { code: "unknown-path", detail: "After the front's name there may be /container/NAME or /group/NAME." };
  }
  return { ...forwarded, about, override: { kind, name: given } };
}

function overrideOf(url: string): ForwardedRequest["override"] {
  const start = url.indexOf("?");
  if (start === -1) return undefined;
  const given = new URLSearchParams(url.slice(start + 1));
  for (const kind of ["container", "group"] as const) {
    const name = given.get(kind);
    if (name) return { kind, name };
  }
  return undefined;
}

function badRequest(detail: string): Misread {
  return { code: "bad-request", detail };
}

/** Returns the value of a field; `undefined` if it is missing, empty or repeated. */
export function single(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
