import type { Request, Response } from "express";
import { createAnswer } from "../respond/answer.ts";
import { writeAnswer } from "../respond/write-answer.ts";
import type { AdminGuard, Verdict } from "./auth/admin-guard.ts";
import { wantsPage } from "../web/client-kind.ts";
import type { Credentials } from "./auth/credentials.ts";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import { fieldOf, parseForm, TOKEN_FIELD } from "./auth/form-tokens.ts";
import type { FormTokens } from "./auth/form-tokens.ts";
import { adminPath } from "./auth/login-path.ts";
import type { Mount } from "../web/mount.ts";
import type { AdminPages } from "./pages/admin-pages.ts";
import { queryOf } from "../web/query.ts";
import { hostOf, isSecure } from "../web/request-origin.ts";
import { seeOther } from "./auth/see-other.ts";
import type { Sender } from "../web/sender.ts";
import { sessionCookies, sessionIdOf } from "./auth/session-cookie.ts";
import type { Sessions } from "./auth/sessions.ts";
import type { AdminAuth } from "../core/settings.ts";
import { durationText } from "../respond/time-text.ts";
import type { Labels } from "./pages/labels.ts";

/** What the login needs. */
export interface LoginDeps extends EndpointsDeps {
  readonly guard: AdminGuard;
  readonly sessions: Sessions;
  readonly tokens: FormTokens;
  readonly pages: AdminPages;
}

/** Adds the login by a form (`username` and `password`, or `token`), which sets a cookie, and the logout. */
export function mountLogin(mount: Mount, deps: LoginDeps, sender: Sender): void {
  const { lifecycle, guard, sessions, tokens, pages, isTrusted } = deps;

  mount.both("/_status/login", {
    get: [
      (req, res) => {
        const next = adminPath(queryOf(req)?.get("next"));
        return guard.isKnown(req) ? seeOther(req, res, next, []) : showForm(req, res, next, undefined);
      },
    ],
    post: [
      parseForm,
      (req, res) => {
        if (!tokens.isAuthentic(req, fieldOf(req, TOKEN_FIELD))) return sender.problem(req, res, "forbidden");
        const next = adminPath(fieldOf(req, "next"));
        const given = readForm(req);
        const verdict = isOpen() ? "right" : given === undefined ? "wrong" : guard.judge(req, given);
        if (verdict !== "right") return refuse(req, res, next, verdict);
        const id = sessions.open(hostOf(req));
        const cookies = sessionCookies(id, isSecure(req, isTrusted));
        return finish(req, res, { next, cookies, csrf: sessions.find(id, hostOf(req))?.csrf });
      },
    ],
  });

  mount.post("/_status/logout", parseForm, (req, res) => {
    if (!tokens.isAuthentic(req, fieldOf(req, TOKEN_FIELD))) return sender.problem(req, res, "forbidden");
    const id = sessionIdOf(req.headers.cookie);
    if (id !== undefined) sessions.close(id);
    const next = isOpen() ? "/_status" : "/_status/login";
    return finish(req, res, { next, cookies: sessionCookies(undefined, isSecure(req, isTrusted)) });
  });

  function isOpen(): boolean {
    return lifecycle.settings().gateway.adminAuth.method === "none";
  }

  function refuse(req: Request, res: Response, next: string, verdict: Exclude<Verdict, "right">): void {
    if (wantsPage(req)) return showForm(req, res, next, verdict);
    if (verdict === "wrong")
      return sender.problem(req, res, "unauthorized", { headers: ["WWW-Authenticate", "Session"] });
    return sender.problem(req, res, "rate-limited", { retryMs: verdict.waitMs });
  }

  function showForm(req: Request, res: Response, next: string, verdict: Exclude<Verdict, "right"> | undefined): void {
    const { labels } = pages.sourcesFor(req);
    const { method } = lifecycle.settings().gateway.adminAuth;
    const model = loginModel(labels, method, next, verdict);
    if (verdict === undefined) return pages.show(req, res, { template: "login.html", model });
    if (verdict === "wrong") return pages.show(req, res, { template: "login.html", model, code: "unauthorized" });
    return pages.show(req, res, { template: "login.html", model, code: "rate-limited", retryMs: verdict.waitMs });
  }
}

interface Finished {
  /** The address to which a browser is redirected. */
  readonly next: string;
  readonly cookies: readonly string[];
  readonly csrf?: string | undefined;
}

/** Answers a browser that sent a form with a redirect, a program with JSON. */
function finish(req: Request, res: Response, { next, cookies, csrf }: Finished): void {
  if (wantsPage(req)) return seeOther(req, res, next, cookies);
  const facts = { status: 200, type: "application/json", headers: cookies };
  return writeAnswer(res, createAnswer(JSON.stringify({ ok: true, csrf }), facts), req.method);
}

function readForm(req: Request): Credentials | undefined {
  const token = fieldOf(req, "token");
  const username = fieldOf(req, "username");
  const password = fieldOf(req, "password");
  if (token !== undefined) return { kind: "bearer", token };
  return username === undefined || password === undefined ? undefined : { kind: "basic", username, password };
}

/** Creates the model of the login page, perhaps after a failed attempt. */
export function loginModel(
  { t }: Labels,
  method: AdminAuth["method"],
  next: string,
  verdict: "wrong" | { readonly waitMs: number } | undefined,
) {
  return { method, next, isRetry: verdict !== undefined, fault: faultText() };

  function faultText(): string {
    if (verdict === undefined) return "";
    return verdict === "wrong" ? t("login.wrong") : t("login.wait", { time: durationText(verdict.waitMs) });
  }
}
