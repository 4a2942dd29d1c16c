import type { Text } from "./language.ts";
import type { ClientKind, WakePhase } from "../core/decision.ts";
import type { Failure } from "../core/failure.ts";
import type { Health } from "../core/read-models.ts";
import type { WorkloadSettings } from "../core/settings.ts";

/** What determines the form and the language of a response. */
export interface ClientFacts {
  readonly kind: ClientKind;
  /** The `Accept-Language` field; absent: English. */
  readonly acceptLanguage?: string | undefined;
  /** The request target; a front may have changed its path. */
  readonly target?: string | undefined;
}

/**
 * How a workload looks to visitors. Pass the settings object itself: what is derived from it (icon, colours, logo) is
 * cached as long as that object lives.
 */
export type Branding = Pick<
  WorkloadSettings,
  "name" | "title" | "message" | "color" | "icon" | "logo" | "redirectPath"
>;

/** How the page reaches the gateway: in `forward-auth` its polls get a 503, and the front may lag behind. */
export type HandlerMode = "proxy" | "forward-auth";

export interface LoadingPage {
  readonly branding: Branding;
  readonly mode: HandlerMode;
  readonly phase: WakePhase;
  readonly elapsedMs: number;
  /** How long the whole wake usually takes; `undefined` at the first one. */
  readonly etaMs: number | undefined;
  readonly hasDependencies: boolean;
  /** The last lines, if the visitor may see logs (the page then requests more); absent: no logs at all. */
  readonly logs?: readonly string[];
}

export interface FailedPage {
  readonly branding: Branding;
  readonly failure: Failure;
  /** Until the cool-down ends; 0: it may be tried again at once. */
  readonly retryMs: number;
  /** As on the loading page. */
  readonly logs?: readonly string[];
}

export interface OfflinePage {
  readonly branding: Branding;
  readonly nowMs: number;
  /** When it opens again, on the same clock as `nowMs` (the wall clock); `undefined`: unknown. */
  readonly untilMs: number | undefined;
  /** IANA name. */
  readonly timezone: string;
}

/** The facts of a problem in addition to its code. Strings may be hostile: they are cleaned and escaped here. */
export interface ProblemFacts {
  readonly container?: string;
  /** Replaces the sentence of the code for clients that get JSON; English, for the author of the request. */
  readonly detail?: string;
  /** Absent: the default of the code, none where retrying does not help. */
  readonly retryMs?: number;
  /** The same for pages as well, in the language of each. */
  readonly text?: Text;
  /** What is wrong with the app: beneath the code's own sentence on a page, in its place for programs. */
  readonly fault?: Text | undefined;
  /** The requested host; shown on a page only. */
  readonly host?: string;
}

/** What `/_health` reports of a workload. */
export interface HealthFacts extends Health {
  readonly failure?: Failure | undefined;
  /** What its engine waits for while it starts; empty: nothing is known. */
  readonly note?: string;
}
