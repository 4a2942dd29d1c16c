import type { Text } from "./language.ts";
import type { ClientKind, WakePhase } from "../core/decision.ts";
import type { Failure } from "../core/failure.ts";
import type { Health } from "../core/read-models.ts";
import type { WorkloadSettings } from "../core/settings.ts";

/** The facts about a client that determine the format and the language of a response. */
export interface ClientFacts {
  readonly kind: ClientKind;
  /** The `Accept-Language` field; absent: English. */
  readonly acceptLanguage?: string | undefined;
  /** The request target, whose path a front may have changed. */
  readonly target?: string | undefined;
}

/**
 * The settings that determine how a workload looks on pages. Pass the settings object itself, because everything
 * derived from it (icon, colours, logo) is cached by this object.
 */
export type Branding = Pick<
  WorkloadSettings,
  "name" | "title" | "message" | "color" | "icon" | "logo" | "redirectPath"
>;

/** How a page reaches the gateway. With `forward-auth` its polls get a 503, and the front may not know the app yet. */
export type HandlerMode = "proxy" | "forward-auth";

/** The content of the loading page. */
export interface LoadingPage {
  readonly branding: Branding;
  readonly mode: HandlerMode;
  readonly phase: WakePhase;
  readonly elapsedMs: number;
  /** The expected duration of the whole wake; `undefined` for the first one. */
  readonly etaMs: number | undefined;
  readonly hasDependencies: boolean;
  /** The last lines of output, if the visitor may see logs; the page then requests more. */
  readonly logs?: readonly string[];
}

/** The content of the page of a failed wake. */
export interface FailedPage {
  readonly branding: Branding;
  readonly failure: Failure;
  /** The time until the cool-down ends; 0: it may be tried again at once. */
  readonly retryMs: number;
  /** As on the loading page. */
  readonly logs?: readonly string[];
}

/** The content of the page outside of a schedule. */
export interface OfflinePage {
  readonly branding: Branding;
  readonly nowMs: number;
  /** When it opens again (wall clock, like `nowMs`); `undefined`: unknown. */
  readonly untilMs: number | undefined;
  /** IANA name. */
  readonly timezone: string;
}

/** The facts of a problem in addition to its code. Strings may be hostile; they are cleaned and escaped here. */
export interface ProblemFacts {
  readonly container?: string;
  /** Replaces the sentence of the code in JSON; in English, for the author of the request. */
  readonly detail?: string;
  /** When to retry; absent: the default of the code, or never if a retry does not help. */
  readonly retryMs?: number;
  /** Replaces the sentence in pages too, in the client's language. */
  readonly text?: Text;
  /** What is wrong with the app: below the sentence on pages, instead of it in JSON. */
  readonly fault?: Text | undefined;
  /** The requested host, for pages only. */
  readonly host?: string;
}

/** What `/_health` reports about a workload. */
export interface HealthFacts extends Health {
  readonly failure?: Failure | undefined;
  /** What the engine is waiting for during the start; empty: unknown. */
  readonly note?: string;
}
