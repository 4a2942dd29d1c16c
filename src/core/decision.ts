import type { Failure } from "./failure.ts";
import type { Endpoint } from "./observation.ts";
import type { AsleepStatus } from "./settings.ts";

/** The kind of a client, which determines whether a page helps. */
export type ClientKind = "navigation" | "upgrade" | "other";

/** The abilities of one handler: our proxy, or the one for the auth requests of a kind of front proxy. */
export interface HandlerTraits {
  /** The longest hold before the client or a proxy in between gives up. */
  readonly maxHoldMs: number;
  /** The request itself passes through us, so that a lease shows when it ends. */
  readonly seesTraffic: boolean;
  /** A 2xx of ours reaches the client; a front would take it as permission to forward to the sleeping app. */
  readonly relaysSuccess: boolean;
  /** The front looks up the addresses of apps by itself, which takes some time after the engine published them. */
  readonly findsAddresses?: true;
  /** The client was already held by an earlier auth request, so it is not held again. */
  readonly heldBefore?: boolean;
}

/** What a client gets, and whether its route is woken. Only `decide` creates it; the handlers carry it out. */
export type Decision<Member> = (
  | { readonly kind: "forward"; readonly member: Member; readonly gate: Forward }
  | { readonly kind: "hold"; readonly maxMs: number }
  | Denial
) & { readonly wake: boolean };

/** What a client gets instead of a forwarded request. */
export type Denial =
  | { readonly kind: "page" }
  /** Not ready, and this client is neither held nor gets a page. */
  | { readonly kind: "waking" }
  /** The request was held up to the limit. */
  | { readonly kind: "timed-out" }
  /** No further request may be held. */
  | { readonly kind: "full" }
  /** The app sleeps, and this client must not wake it. */
  | { readonly kind: "asleep"; readonly status: AsleepStatus }
  | { readonly kind: "offline"; readonly untilMs: number | undefined }
  /** Requests do not wake it before then; `undefined`: before an administrator starts it. */
  | { readonly kind: "suspended"; readonly untilMs: number | undefined }
  | { readonly kind: "unknown" }
  | { readonly kind: "failed"; readonly workload: string; readonly failure: Failure; readonly retryMs: number };

/**
 * Why a handler does not relay a response of the app. `broken`: the request was forwarded, but the app gave no
 * response; `gone`: the client has disconnected, so nothing is sent.
 */
export type Refusal =
  | Denial
  | { readonly kind: "broken"; readonly why?: string | undefined }
  | { readonly kind: "gone" };

/** How a hold ended; after `ready` the request is forwarded. */
export type HoldOutcome = "ready" | "failed" | "timed-out" | "full" | "gone";

/**
 * Where to forward: frozen, and built when a state changes, so that a request to a ready workload allocates nothing.
 */
export interface Forward {
  readonly kind: "forward";
  readonly workload: string;
  readonly to: Endpoint;
}

/**
 * The decision for one target of a ready workload. The gates of all its targets form a ring, which requests follow in
 * turn; a single gate is its own `next`.
 */
export interface Gate extends Forward {
  readonly next: Gate;
  /** The targets of all gates in the ring. */
  readonly targets: readonly Endpoint[];
  /** The number of requests open to this target, counted with every strategy. */
  readonly load: { open: number };
  /** Each request goes to the target with the fewest open requests, not to the next in turn. */
  readonly byLoad: boolean;
}

/**
 * The phase of a wake, as the loading page shows it. `stopping`: the wake begins when the stop in progress has ended.
 * `updating`: another tool has just stopped or removed the container, and is probably about to start it again.
 */
export type WakePhase = (typeof WAKE_PHASES)[number];

/** All phases in order, as the status API lists them. */
export const WAKE_PHASES = ["stopping", "updating", "dependencies", "starting", "waiting", "ready"] as const;
