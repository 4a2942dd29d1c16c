import { cookieOf } from "../../core/cookie-of.ts";
import { SESSION_MS } from "./sessions.ts";

const NAME = "dag_session";

/** The paths for which browsers send the cookie: only the admin pages, so that no app behind the gateway gets it. */
export const ADMIN_PATHS = ["/_status", "/_topology", "/_metrics"] as const;

/** Returns the session id in a Cookie field, unverified. */
export function sessionIdOf(cookies: string | undefined): string | undefined {
  return cookieOf(cookies, NAME);
}

/** Returns the `Set-Cookie` fields that log a browser in (`id`) or out (`undefined`), flat. */
export function sessionCookies(id: string | undefined, secure: boolean): string[] {
  const ends = `; Max-Age=${id === undefined ? 0 : SESSION_MS / 1_000}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  return ADMIN_PATHS.flatMap((path) => ["Set-Cookie", `${NAME}=${id ?? ""}; Path=${path}${ends}`]);
}
