import { cookieOf } from "../core/cookie-of.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";
import type { Route } from "../lifecycle/admit/route.ts";

/** Returns the member from the cookie of a sticky group; it is unverified, so only ever compared. */
export function stickyMember(route: Route, cookies: string | undefined): string | undefined {
  const name = route.group?.sticky;
  const value = name ? cookieOf(cookies, name) : undefined;
  return value === undefined ? undefined : decode(value);
}

/** Returns the cookie that keeps a client on its member; `undefined` when the client already has it. */
export function stickyCookie(route: Route, record: WorkloadRecord, cookies: string | undefined): string | undefined {
  const name = route.group?.sticky;
  if (!name || stickyMember(route, cookies) === record.name) return undefined;
  return `${name}=${encodeURIComponent(record.name)}; Path=/; HttpOnly; SameSite=Lax`;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
