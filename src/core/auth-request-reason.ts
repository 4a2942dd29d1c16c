import type { IdleSignal } from "./settings.ts";

/** What determines whether a front may forward to an app without an auth request. */
export interface DirectView {
  readonly whenAwake: "ask" | "direct";
  /** The front forwards to the app itself, not through the gateway. */
  readonly reachedDirectly: boolean;
  readonly hasIgnoreRules: boolean;
  readonly idleSignal: IdleSignal | undefined;
  /** Which network counters it has, according to the last reading in this run. */
  readonly counters: "own" | "none" | "unread";
  readonly isReady: boolean;
  readonly throttled: boolean;
  /** A stop is coming, so its fronts must send auth requests again. */
  readonly isRecalled: boolean;
}

/** Why a front sends an auth request before each request to an app; `undefined`: it does not. */
export type AuthRequestReason = "setting" | "through-gateway" | "ignore" | "idle-signal" | "no-counters" | Passing;
/** The reasons that are temporary. */
type Passing = "not-ready" | "throttled" | "recalled" | "unread";

/** Returns why a front must ask: traffic would not show in network counters, or the app may be about to stop. */
export function authRequestReason(view: DirectView): AuthRequestReason | undefined {
  if (view.whenAwake === "ask") return "setting";
  if (!view.reachedDirectly) return "through-gateway";
  if (view.hasIgnoreRules) return "ignore"; // counters do not show which client sent a request
  if (view.idleSignal === "requests" || view.idleSignal === "cpu") return "idle-signal";
  if (view.counters === "none") return "no-counters";
  if (!view.isReady) return "not-ready";
  if (view.throttled) return "throttled";
  if (view.isRecalled) return "recalled";
  return view.counters === "unread" ? "unread" : undefined;
}
