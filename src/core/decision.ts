import type { Failure } from "./failure.ts";
import type { Endpoint } from "./observation.ts";
import type { AsleepStatus } from "./settings.ts";

/** The kind of a client, which determines whether a page helps. */
export type ClientKind = "navigation" | "upgrade" | "other";

/** What one handler (our proxy, or the auth requests of one front proxy) can and cannot do. */
export interface HandlerTraits {
  /** Longest hold that the client's connection survives, in milliseconds. */
  readonly maxHoldMs: number;
  /** Later bytes pass through us, so a lease tells when a request ends. */
  readonly seesTraffic: boolean;
  /** A 2xx of ours reaches the client; to a front's auth request it would let the client pass to a sleeping app. */
  readonly relaysSuccess: boolean;
  /** It finds the addresses of apps by itself, some time after their engine has published them. */
  readonly findsAddresses?: true;
  /** The client was held before, for as long as the handler allows, so that nobody is held here. */
  readonly heldBefore?: boolean;
}

/** What a client gets, and whether its route is woken for it. Built in one place (`decide`), acted upon by the handlers. */
export type Decision<Member> = (
  | { readonly kind: "forward"; readonly member: Member; readonly gate: Forward }
  | { readonly kind: "hold"; readonly maxMs: number }
  | Denial
) & { readonly wake: boolean };

/** What a client gets whose request is not forwarded. */
export type Denial =
  | { readonly kind: "page" }
  /** Not ready, and this client neither waits nor gets a page. */
  | { readonly kind: "waking" }
  /** It was held for as long as that may be. */
  | { readonly kind: "timed-out" }
  /** As many are held as may be. */
  | { readonly kind: "full" }
  /** It sleeps, and this client must not wake it. */
  | { readonly kind: "asleep"; readonly status: AsleepStatus }
  | { readonly kind: "offline"; readonly untilMs: number | undefined }
  /** Nobody may wake it before then; `undefined`: before somebody starts it. */
  | { readonly kind: "suspended"; readonly untilMs: number | undefined }
  | { readonly kind: "unknown" }
  | { readonly kind: "failed"; readonly workload: string; readonly failure: Failure; readonly retryMs: number };

/**
 * What a handler answers when a request may not be forwarded. `broken`: it was forwarded, and the app gave no response;
 * `gone`: the client has left, so nothing is sent.
 */
export type Refusal =
  | Denial
  | { readonly kind: "broken"; readonly why?: string | undefined }
  | { readonly kind: "gone" };

/** How the hold of a request ended; anything except `ready` gets a response of ours. */
export type HoldOutcome = "ready" | "failed" | "timed-out" | "full" | "gone";

/** Frozen and built when a state changes, so that a request to a ready workload allocates nothing. */
export interface Forward {
  readonly kind: "forward";
  readonly workload: string;
  readonly to: Endpoint;
}

/**
 * The decision for one of the targets of a ready workload, in a ring: each request leaves the next one to the following
 * request. With one target it is its own successor.
 */
export interface Gate extends Forward {
  readonly next: Gate;
  /** The targets of the ring. */
  readonly targets: readonly Endpoint[];
  /** How many requests are open to this target, which is counted whatever the strategy is. */
  readonly load: { open: number };
  /** Requests go to the target with the fewest open ones, not to each in turn. */
  readonly byLoad: boolean;
}

/**
 * The progress of a wake, as the loading page shows it. `stopping`: it begins when a stop in progress has ended.
 * `updating`: another tool has just stopped or removed it, and may be about to start it again.
 */
export type WakePhase = (typeof WAKE_PHASES)[number];

/** All phases, in their order; the status API lists them. */
export const WAKE_PHASES = ["stopping", "updating", "dependencies", "starting", "waiting", "ready"] as const;
