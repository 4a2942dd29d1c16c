import { createHostTable } from "../core/host-table.ts";
import type { AdminAuth, GatewaySettings } from "../core/settings.ts";

/** The address of a running gateway, with credentials. */
export interface GatewayAddress {
  readonly origin: string;
  /** The Host to send; empty: that of the origin. */
  readonly host: string;
  /** The value of the Authorization field; empty: none. */
  readonly authorization: string;
}

type Known = Pick<GatewaySettings, "port" | "bind" | "adminAuth" | "adminHosts">;

/** Returns the gateway in `GATEWAY_URL`, else that of this configuration; a sentence if there is none. */
export function gatewayAddress(settings: Known, url: string | undefined): GatewayAddress | string {
  const { port, bind, adminAuth, adminHosts } = settings;
  if (url) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      return "GATEWAY_URL must be an http:// or https:// address";
    const { origin, host, username, password } = new URL(url);
    const named = username === "" ? adminAuth : basic(username, password);
    return { origin, host: hostFor(host, adminHosts), authorization: authorizationOf(named) };
  }
  if (port === 0) return "the configured port is 0 (any free port): set GATEWAY_URL to the gateway's address";
  const host = `${reachable(bind)}:${port}`;
  return { origin: `http://${host}`, host: hostFor(host, adminHosts), authorization: authorizationOf(adminAuth) };
}

/** Returns the Host to send: one of `admin_hosts`, because other hosts have no admin pages. */
function hostFor(host: string, adminHosts: readonly string[]): string {
  const [first] = adminHosts;
  const table = createHostTable(adminHosts.map((pattern) => [pattern, true] as const));
  return first === undefined || table.find(host) === true ? "" : first.replace("*", "dag");
}

function reachable(bind: string): string {
  if (bind === "0.0.0.0" || bind === "") return "127.0.0.1";
  if (bind === "::") return "[::1]";
  return bind.includes(":") ? `[${bind}]` : bind;
}

function basic(username: string, password: string): AdminAuth {
  return { method: "basic", username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function authorizationOf(auth: AdminAuth): string {
  switch (auth.method) {
    case "none":
      return "";
    case "basic":
      return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
    case "bearer":
      return `Bearer ${auth.token}`;
  }
}
