import type { IdleSignal } from "./settings.ts";

/** What settles whether a front may forward to an app without an auth request. */
export interface DirectView {
  readonly whenAwake: "ask" | "direct";
  /** The front forwards to it by itself; false: through the gateway. */
  readonly reachedDirectly: boolean;
  readonly hasIgnoreRules: boolean;
  readonly idleSignal: IdleSignal | undefined;
  /** Its network counters, by the last reading of this run. */
  readonly counters: "own" | "none" | "unread";
  readonly isReady: boolean;
  readonly throttled: boolean;
  /** A stop is to come. */
  readonly isRecalled: boolean;
}

/** Why the front asks before each request; `undefined`: it does not. */
export type WhyAsked = "setting" | "through-gateway" | "ignore" | "idle-signal" | "no-counters" | Passing;
/** Those that pass by themselves. */
type Passing = "not-ready" | "throttled" | "recalled" | "unread";

/** Use must show in network counters alone, and nothing may be about to stop the app. */
export function whyAsked(view: DirectView): WhyAsked | undefined {
  if (view.whenAwake === "ask") return "setting";
  if (!view.reachedDirectly) return "through-gateway";
  if (view.hasIgnoreRules) return "ignore"; // counters do not tell who has asked
  if (view.idleSignal === "requests" || view.idleSignal === "cpu") return "idle-signal";
  if (view.counters === "none") return "no-counters";
  if (!view.isReady) return "not-ready";
  if (view.throttled) return "throttled";
  if (view.isRecalled) return "recalled";
  return view.counters === "unread" ? "unread" : undefined;
}
