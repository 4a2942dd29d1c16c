import express, { type Express, type Request } from "express";
import { createAnswer } from "../respond/answer.ts";
import { writeAnswer } from "../respond/write-answer.ts";
import type { AdminGuard } from "./admin-guard.ts";
import type { Credentials } from "./credentials.ts";
import type { EndpointsDeps } from "./endpoints-deps.ts";
import { mount } from "./mount.ts";
import { hostOf, isSameOrigin, isSecure } from "./request-origin.ts";
import type { Sender } from "./sender.ts";
import { sessionCookies, sessionIdOf } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";

/** Login by a form (`username` and `password`, or `token`) for a cookie, so that a browser is not asked forever; logout. */
export function mountLogin(
  app: Express,
  deps: EndpointsDeps,
  sender: Sender,
  guard: AdminGuard,
  sessions: Sessions,
): void {
  const form = express.urlencoded({ extended: false, limit: 8_192, parameterLimit: 10 });

  mount(app, sender, "/_status/login", "POST", form, (req, res) => {
    if (!isSameOrigin(req, deps.isTrusted)) return sender.problem(req, res, "forbidden");
    if (!guard.check(req, res, readForm(req))) return undefined;
    const id = sessions.open(hostOf(req));
    return finish(req, res, sessionCookies(id, isSecure(req, deps.isTrusted)));
  });

  mount(app, sender, "/_status/logout", "POST", (req, res) => {
    if (!isSameOrigin(req, deps.isTrusted)) return sender.problem(req, res, "forbidden");
    const id = sessionIdOf(req.headers.cookie);
    if (id !== undefined) sessions.close(id);
    return finish(req, res, sessionCookies(undefined, isSecure(req, deps.isTrusted)));
  });
}

/** A program gets JSON; a browser that sent a form goes on to the dashboard. */
function finish(req: Request, res: express.Response, cookies: readonly string[]): void {
  const wantsPage = req.headers.accept?.includes("text/html") ?? false;
  const facts = wantsPage
    ? { status: 303, type: "text/plain; charset=utf-8", headers: ["Location", "/_status", ...cookies] }
    : { status: 200, type: "application/json", headers: cookies };
  writeAnswer(res, createAnswer(wantsPage ? "" : '{"ok":true}', facts), req.method);
}

function readForm(req: Request): Credentials | undefined {
  const body = req.body as Partial<Record<string, unknown>> | undefined;
  const { username, password, token } = body ?? {};
  if (typeof token === "string") return { kind: "bearer", token };
  if (typeof username === "string" && typeof password === "string") return { kind: "basic", username, password };
  return undefined;
}
