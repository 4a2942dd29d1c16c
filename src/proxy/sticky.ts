import { cookieOf } from "../core/cookie-of.ts";
import type { Gate } from "../core/decision.ts";
import { pinOf } from "../lifecycle/admit/pin.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";

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
