import { retryAfterSeconds } from "./answer.ts";
import { cleanLines } from "./clean-text.ts";
import type { PageBranding } from "./branding.ts";
import { type FailureText, failureText } from "./failure-text.ts";
import type { Translate } from "./language.ts";
import type { FailedPage, LoadingPage } from "./pages.ts";
import { durationText } from "./time-text.ts";

/** The initial content of the loading page and the failure page, and the data of their script. */
export interface WakeModel {
  readonly phase: LoadingPage["phase"] | "";
  readonly hasDependencies: boolean;
  /** From 0 to 1; `undefined`: unknown. */
  readonly progress: number | undefined;
  readonly elapsed: string;
  readonly usual: string;
  readonly logs: readonly string[] | undefined;
  readonly failure: FailureText | undefined;
  readonly retryText: string;
  /** JSON for an attribute, which the template escapes. */
  readonly script: string;
}

interface Scene {
  readonly t: Translate;
  readonly branding: PageBranding;
  readonly page?: LoadingPage;
  readonly failed?: FailedPage;
}

/** Creates the model of the loading page or the failure page. */
export function wakeModel({ t, branding, page, failed }: Scene): WakeModel {
  const logs = (page ?? failed)?.logs;
  const eta = page?.etaMs;
  const elapsed = page?.elapsedMs ?? 0;
  const retryS = failed === undefined || failed.retryMs <= 0 ? 0 : retryAfterSeconds(failed.retryMs);
  return {
    phase: page?.phase ?? "",
    hasDependencies: page !== undefined && (page.hasDependencies || page.phase === "dependencies"),
    progress: eta === undefined ? undefined : easedProgress(elapsed, eta),
    elapsed: durationText(Math.floor(elapsed / 1000) * 1000),
    usual: page?.phase === "stopping" || page?.phase === "updating" ? "" : usualText(t, elapsed, eta),
    logs: logs === undefined ? undefined : cleanLines(logs),
    failure: failed && failureText(t, failed.failure.cause),
    retryText: t("failed.retry"),
    script: JSON.stringify({
      name: branding.name,
      to: branding.redirectPath,
      auth: page?.mode === "forward-auth",
      phase: page?.phase ?? "",
      elapsed,
      eta: eta ?? null,
      logs: logs !== undefined,
      failed: failed !== undefined,
      retry: retryS,
      text: scriptTexts(t, page !== undefined ? branding.title : undefined),
    }),
  };
}

/** Returns when clients should retry (the page polls instead): soon after the expected end, 1 to 30 s. */
export function loadingRetryMs(elapsedMs: number, etaMs: number | undefined): number {
  if (etaMs === undefined) return 5_000;
  return Math.min(30_000, Math.max(1_000, etaMs - elapsedMs));
}

function usualText(t: Translate, elapsedMs: number, etaMs: number | undefined): string {
  if (etaMs === undefined) return t("eta.first");
  return t(elapsedMs > 1.5 * etaMs ? "eta.longer" : "eta.usually", { time: durationText(Math.max(1_000, etaMs)) });
}

/** Returns the texts that the script may need: a failure page has no phases. */
function scriptTexts(t: Translate, title: string | undefined): Record<string, string> {
  const always = { retry: t("failed.retry"), retryIn: t("failed.retryIn"), empty: t("logs.empty") };
  if (title === undefined) return always;
  return {
    ...always,
    stopping: t("phase.stopping"),
    updating: t("phase.updating"),
    dependencies: t("phase.dependencies"),
    starting: t("phase.starting"),
    waiting: t("phase.waiting"),
    ready: t("phase.ready"),
    lost: t("loading.lost"),
    first: t("eta.first"),
    usually: t("eta.usually"),
    longer: t("eta.longer"),
    failedTitle: t("failed.title", { name: title }),
    failedStatus: t("failed.status"),
  };
}

const NEVER_BEYOND = 0.95;

/**
 * Returns the progress (0 to 0.95) after `elapsedMs` of an expected `etaMs`: nearly linear at first, 80 % at the
 * expected time, then ever slower, because only a response of the app completes it. templates/wake.js continues the
 * same curve.
 */
export function easedProgress(elapsedMs: number, etaMs: number): number {
  const share = Math.max(0, elapsedMs) / Math.max(1, etaMs);
  return NEVER_BEYOND * (share > 1e3 ? 1 : share / (1 + share ** 4) ** 0.25);
}
