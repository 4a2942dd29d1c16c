import { join } from "node:path";
import { STATUS_BY_CODE } from "../core/errors.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { AsleepStatus, Theme } from "../core/settings.ts";
import { retryAfterSeconds, type Answer } from "./answer.ts";
import { cleanText } from "./clean-text.ts";
import { createBrandings, type PageBranding } from "./branding.ts";
import { createPageWriter } from "./page-writer.ts";
import type { PageOptions } from "./page-writer.ts";
import type { Language } from "./language.ts";
import type {
  ClientFacts,
  HandlerMode,
  Branding,
  FailedPage,
  HealthFacts,
  LoadingPage,
  OfflinePage,
  ProblemFacts,
} from "./pages.ts";
import { failureText } from "../core/failure.ts";
import { en } from "./messages/en.ts";
import { healthAnswer, logsAnswer } from "./polled.ts";
import { asleepAnswer, createProblem, DEFAULT_RETRY_MS } from "./problem.ts";
import { loadingRetryMs, wakeModel } from "./wake-model.ts";
import { clockText, durationText, untilText } from "./time-text.ts";

/** What a responder needs. */
export interface ResponderDeps {
  /** The directory of custom templates; empty: none. */
  readonly templatesDir: string;
  readonly theme: Theme;
  /** Called once for each fault of templates, icons, colours and logos. */
  readonly report: (note: string) => void;
}

/** Creates all responses of the gateway: pages for browser navigations, problem+json for other clients. */
export interface Responder {
  loading(page: LoadingPage, client: ClientFacts): Answer;
  failed(page: FailedPage, client: ClientFacts): Answer;
  offline(page: OfflinePage, client: ClientFacts): Answer;
  suspended(page: OfflinePage, client: ClientFacts): Answer;
  asleep(page: { readonly branding: Branding; readonly status: AsleepStatus }, client: ClientFacts): Answer;
  /** `isGateway`: the host is the gateway's own, so a proxy in front probably does not pass on the requested host. */
  unknownHost(page: { readonly host: string; readonly isGateway?: boolean }, client: ClientFacts): Answer;
  /** Creates the response for any other code. */
  problem(code: ErrorCode, facts: ProblemFacts, client: ClientFacts): Answer;
  /** Creates a page from a template by name: login, dashboard. */
  page(template: string, model: object, client: ClientFacts, options: PageOptions): Answer;
  /** Returns the branding of a workload for the templates. */
  brandingOf(branding: Branding): PageBranding;
  health(facts: HealthFacts, mode: HandlerMode, client: Pick<ClientFacts, "acceptLanguage">): Answer;
  logs(lines: readonly string[], mode: HandlerMode): Answer;
}

/** The page's script, if it runs, cancels this reload and polls instead. */
const LOADING_RELOAD_S = 5;

/** Also stated in the text of the page. */
const SUSPENDED_RELOAD_S = 5;

/** The directory of the built-in templates. */
export const TEMPLATES_DIR = join(import.meta.dirname, "../../templates");

/** Creates the responder, which compiles the templates; throws only if the package itself is incomplete. */
export function createResponder({ templatesDir, theme, report }: ResponderDeps): Responder {
  const writer = createPageWriter({ builtInDir: TEMPLATES_DIR, customDir: templatesDir, theme, report });
  const pages: Pages = { writer, brandingOf: createBrandings(templatesDir, report) };
  return {
    loading: (...given) => loading(pages, ...given),
    failed: (...given) => failed(pages, ...given),
    offline: (...given) => offline(pages, ...given),
    suspended: (...given) => suspended(pages, ...given),
    asleep: (...given) => asleep(pages, ...given),
    unknownHost: (...given) => unknownHost(pages, ...given),
    problem: (...given) => problem(pages, ...given),
    brandingOf: pages.brandingOf,
    page: (template, model, client, options) => writer.write(template, model, client, options),
    health: (facts, mode, client) => healthAnswer(facts, mode, writer.speak(client).t),
    logs: logsAnswer,
  };
}

/** What the functions for pages share. */
interface Pages {
  readonly writer: ReturnType<typeof createPageWriter>;
  readonly brandingOf: Responder["brandingOf"];
}

function loading({ writer, brandingOf }: Pages, ...[page, client]: Parameters<Responder["loading"]>): Answer {
  const retryMs = loadingRetryMs(page.elapsedMs, page.etaMs);
  if (client.kind !== "navigation") return createProblem("waking", { container: page.branding.name, retryMs });
  const branding = brandingOf(page.branding);
  const { t } = writer.speak(client);
  const wake = wakeModel({ t, branding, page });
  const reload = { afterS: LOADING_RELOAD_S, to: branding.redirectPath };
  const options = { code: "waking", retryMs, reload, accents: branding.accents } as const;
  return writer.write("loading.html", { face: branding, wake }, client, options);
}

function failed({ writer, brandingOf }: Pages, ...[page, client]: Parameters<Responder["failed"]>): Answer {
  const { failure, logs, retryMs } = page;
  const facts = { container: page.branding.name, detail: failureText(failure.cause), retryMs };
  if (client.kind !== "navigation") return createProblem("wake-failed", facts, { failure, log: logs });
  const branding = brandingOf(page.branding);
  const { t } = writer.speak(client);
  const wake = wakeModel({ t, branding, failed: page });
  const options = { code: "wake-failed", retryMs, accents: branding.accents } as const;
  return writer.write("failed.html", { face: branding, wake }, client, options);
}

function offline(
  { writer, brandingOf }: Pages,
  ...[{ branding, nowMs, untilMs, timezone }, client]: Parameters<Responder["offline"]>
): Answer {
  const retryMs = untilMs === undefined ? undefined : Math.max(0, untilMs - nowMs);
  const times = retryMs === undefined ? {} : { retryMs };
  if (client.kind !== "navigation") return createProblem("offline", { container: branding.name, ...times });
  const branded = brandingOf(branding);
  const { language } = writer.speak(client);
  const opens = untilMs !== undefined &&
    retryMs !== undefined && {
      ...openingOf(untilMs, retryMs, language, timezone),
      // An open page reloads then, unless that is more than a day away.
      reloadS: retryMs < 86_400_000 ? Math.ceil(retryMs / 1000) + 1 : undefined,
    };
  const reload = opens && opens.reloadS ? { afterS: opens.reloadS } : undefined;
  const options = { code: "offline", retryMs, reload, accents: branded.accents } as const;
  return writer.write("offline.html", { face: branded, opens }, client, options);
}

function suspended(
  { writer, brandingOf }: Pages,
  ...[{ branding, nowMs, untilMs, timezone }, client]: Parameters<Responder["suspended"]>
): Answer {
  const retryMs = untilMs === undefined ? DEFAULT_RETRY_MS.suspended : Math.max(0, untilMs - nowMs);
  const facts = { container: branding.name, ...(retryMs !== undefined && { retryMs }) };
  if (client.kind !== "navigation") {
    return createProblem("suspended", untilMs === undefined ? { ...facts, text: { key: "suspended.stopped" } } : facts);
  }
  const branded = brandingOf(branding);
  const { language } = writer.speak(client);
  const opens = untilMs !== undefined && openingOf(untilMs, untilMs - nowMs, language, timezone);
  // An administrator may resume it at any time.
  const reload = { afterS: SUSPENDED_RELOAD_S };
  const options = { code: "suspended", retryMs, reload, accents: branded.accents } as const;
  return writer.write("suspended.html", { face: branded, opens }, client, options);
}

function asleep(
  { writer, brandingOf }: Pages,
  ...[{ branding, status }, client]: Parameters<Responder["asleep"]>
): Answer {
  if (status === 204 || (status === 200 && client.kind !== "navigation")) return asleepAnswer(branding.name, status);
  if (client.kind !== "navigation") return createProblem("asleep", { container: branding.name });
  const branded = brandingOf(branding);
  const retryMs = status === 503 ? DEFAULT_RETRY_MS.asleep : undefined;
  const options = { code: "asleep", status, retryMs, accents: branded.accents } as const;
  return writer.write("asleep.html", { face: branded }, client, options);
}

function unknownHost(
  { writer }: Pages,
  ...[{ host, isGateway = false }, client]: Parameters<Responder["unknownHost"]>
): Answer {
  const code = "unknown-host";
  if (client.kind !== "navigation") return createProblem(code, { detail: unknownHostDetail(host, isGateway) });
  const model = { code, status: STATUS_BY_CODE[code], host: cleanText(host, 253), isGateway };
  return writer.write("not-found.html", model, client, { code });
}

function problem({ writer }: Pages, ...[code, facts, client]: Parameters<Responder["problem"]>): Answer {
  if (client.kind !== "navigation") return createProblem(code, facts);
  const retryMs = facts.retryMs ?? DEFAULT_RETRY_MS[code];
  const model = {
    code,
    status: STATUS_BY_CODE[code],
    host: cleanText(facts.host ?? facts.container ?? "", 253),
    detail: facts.text,
    fault: facts.fault,
    again: retryMs === undefined ? undefined : { in: durationText(retryMs), s: retryAfterSeconds(retryMs) },
  };
  const reload = model.again && { afterS: model.again.s };
  return writer.write("problem.html", model, client, { code, retryMs, reload });
}

/** Returns, in one sentence for programs, what the page shows in several places. */
function unknownHostDetail(host: string, isGateway: boolean): string {
  const named = host === "" ? "" : ` The request was for "${cleanText(host, 100)}".`;
  return `${en["problem.unknown-host.detail"]}${named}${isGateway ? ` ${en["problem.unknown-host.gateway"]}` : ""}`;
}

/** Formats when something opens again. */
function openingOf(untilMs: number, inMs: number, language: Language, timezone: string) {
  return {
    in: untilText(inMs, language),
    at: clockText(untilMs, language, timezone),
    iso: new Date(untilMs).toISOString(),
  };
}
