import { type IncomingMessage, request } from "node:http";
import { request as requestTls } from "node:https";
import { isIPv6 } from "node:net";
import { isRedirectToHttps } from "../core/https-redirect.ts";
import type { Endpoint } from "../core/observation.ts";
import { serverName } from "../core/server-name.ts";
import { SPEAKS_TLS } from "../core/speaks-tls.ts";
import { plainLine } from "../core/plain-line.ts";
import type { ProbeAnswer } from "../lifecycle/ports.ts";
import { errorText, USER_AGENT } from "./probe-error.ts";
import { speaksTls } from "./speaks-tls.ts";

const LONGEST_LOCATION = 200;
const TLS = { summary: SPEAKS_TLS };

/**
 * Sends one GET, with the fields of a front that terminates TLS, for apps that force https. Returns a cancel function.
 */
export function probeHttp(
  endpoint: Endpoint,
  path: string,
  hostHeader: string,
  settle: (answer: ProbeAnswer) => void,
): () => void {
  const { host, port, tls } = endpoint;
  const name = hostHeader || `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const headers = { Host: name, "User-Agent": USER_AGENT, "X-Forwarded-Proto": "https", Connection: "close" };
  let stopLooking: (() => void) | undefined;

  /** Checks whether an app that does not speak HTTP, or answers 400, requires TLS. */
  const unlessTls = (otherwise: Omit<ProbeAnswer, "kind">): void => {
    stopLooking = speaksTls(endpoint, (speaks) => settle({ kind: "no", ...(speaks ? TLS : otherwise) }));
  };
  const options = { host, port, path, headers, agent: false } as const;
  const take = (answer: IncomingMessage): void => {
    const { statusCode: status = 0 } = answer;
    const summary = `${path}: ${status}${target(answer)}`;
    if (status >= 200 && status < 300) settle({ kind: "ready", summary, status });
    else if (tls === undefined && isRedirectToHttps(status, answer.headers.location, name, path))
      settle({ kind: "to-https", summary, status });
    else if (status === 400 && tls === undefined) unlessTls({ summary, status });
    else settle({ kind: "no", summary, status });
  };
  const sent =
    tls === undefined
      ? request(options, take)
      : requestTls({ ...options, servername: serverName(name), rejectUnauthorized: tls.verify }, take);
  sent.on("error", (error: NodeJS.ErrnoException) => {
    const mayBeTls = tls === undefined && (error.code === "ECONNRESET" || error.code?.startsWith("HPE_"));
    if (mayBeTls) unlessTls({ summary: errorText(error) });
    else settle({ kind: "no", summary: errorText(error) });
  });
  sent.end();
  return () => {
    sent.destroy();
    stopLooking?.();
  };
}

/** Returns the target of a redirect, cut to a limited length. */
function target({ headers: { location } }: IncomingMessage): string {
  if (location === undefined) return "";
  const line = plainLine(location.slice(0, LONGEST_LOCATION));
  return ` → ${line}${location.length > LONGEST_LOCATION ? "…" : ""}`;
}
