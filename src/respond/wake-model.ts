import { retryAfterSeconds } from "./answer.ts";
import { cleanLines } from "./clean-text.ts";
import type { PageBranding } from "./branding.ts";
import { type FailureText, failureText } from "./failure-text.ts";
import type { Translate } from "./language.ts";
import type { FailedPage, LoadingPage } from "./pages.ts";
import { durationText } from "./time-text.ts";

/** What the loading and the failure page show at first, and what their script continues with. */
export interface WakeModel {
  readonly phase: LoadingPage["phase"] | "";
  readonly hasDependencies: boolean;
  /** 0 to 1; `undefined`: the bar is indeterminate. */
  readonly progress: number | undefined;
  readonly elapsed: string;
  readonly usual: string;
  readonly logs: readonly string[] | undefined;
  readonly failure: FailureText | undefined;
  readonly retryText: string;
  /** JSON for an attribute, where it is escaped like any other text. */
  readonly script: string;
}

interface Scene {
  readonly t: Translate;
  readonly branding: PageBranding;
  readonly page?: LoadingPage;
  readonly failed?: FailedPage;
}

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

/** The page polls by itself, so this matters to other clients: soon after it should be ready, 1 to 30 s. */
export function loadingRetryMs(elapsedMs: number, etaMs: number | undefined): number {
  if (etaMs === undefined) return 5_000;
  return Math.min(30_000, Math.max(1_000, etaMs - elapsedMs));
}

function usualText(t: Translate, elapsedMs: number, etaMs: number | undefined): string {
  if (etaMs === undefined) return t("eta.first");
  return t(elapsedMs > 1.5 * etaMs ? "eta.longer" : "eta.usually", { time: durationText(Math.max(1_000, etaMs)) });
}

/** Only what can still happen on this page: a failure page has no phases left. */
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
 * Returns how full the bar is (0 to 0.95) when `elapsedMs` of a usual `etaMs` have passed: nearly linear at first, 80 %
 * at the usual time, and ever slower then, since only the response of the app fills it. templates/wake.js continues the
 * same curve.
 */
export function easedProgress(elapsedMs: number, etaMs: number): number {
  const share = Math.max(0, elapsedMs) / Math.max(1, etaMs);
  return NEVER_BEYOND * (share > 1e3 ? 1 : share / (1 + share ** 4) ** 0.25);
}
