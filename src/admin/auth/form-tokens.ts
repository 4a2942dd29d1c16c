import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { cookieOf } from "../../core/cookie-of.ts";
import { mayBeBrowser } from "../../web/client-kind.ts";
import { hostOf, isSameOrigin, isSecure } from "../../web/request-origin.ts";
import { sessionIdOf } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";

/** Distinguishes a form of ours from one that another site made a browser send. */
export interface FormTokens {
  /** Returns the token for the forms of a page, and the `Set-Cookie` fields (flat) that make it valid. */
  issue(req: IncomingMessage): { readonly token: string; readonly cookies: readonly string[] };
  /**
   * Whether a POST was not forged: it comes from a page of ours and carries its token, or from a program, whose
   * credentials no other site can make it send.
   */
  isAuthentic(req: IncomingMessage, token: unknown): boolean;
}

/** What a script may send instead of the form field. */
const TOKEN_HEADER = "x-csrf-token";
const VISITOR_COOKIE = "dag_visitor";

/**
 * Tokens belong to the session, or before a login (and where none is needed) to a random visitor cookie; and to the
 * host.
 */
export function createFormTokens(sessions: Sessions, isTrusted: (address: string) => boolean): FormTokens {
  const secret = randomBytes(32);

  function tokenOf(req: IncomingMessage): string | undefined {
    const host = hostOf(req);
    const session = sessions.find(sessionIdOf(req.headers.cookie) ?? "", host);
    if (session !== undefined) return session.csrf;
    const visitor = cookieOf(req.headers.cookie, VISITOR_COOKIE);
    return visitor === undefined || !VISITOR.test(visitor) ? undefined : sign(visitor, host);
  }

  function sign(visitor: string, host: string): string {
    return createHmac("sha256", secret).update(`${visitor}\n${host}`).digest("base64url");
  }

  return {
    issue(req) {
      const known = tokenOf(req);
      if (known !== undefined) return { token: known, cookies: [] };
      const visitor = randomBytes(16).toString("base64url");
      const secure = isSecure(req, isTrusted) ? "; Secure" : "";
      const cookie = `${VISITOR_COOKIE}=${visitor}; Path=/_status; HttpOnly; SameSite=Strict${secure}`;
      return { token: sign(visitor, hostOf(req)), cookies: ["Set-Cookie", cookie] };
    },
    isAuthentic(req, token) {
      if (!isSameOrigin(req, isTrusted)) return false;
      if (!mayBeBrowser(req) || cameWithoutPage(req)) return true;
      const expected = tokenOf(req);
      const given = typeof token === "string" ? token : req.headers[TOKEN_HEADER];
      return expected !== undefined && typeof given === "string" && isSame(expected, given);
    },
  };
}

/**
 * It names our own origin but has seen no page of ours, which would have set a cookie. Another site cannot name our
 * origin.
 */
function cameWithoutPage({ headers: { origin, cookie } }: IncomingMessage): boolean {
  return origin !== undefined && cookie === undefined;
}

const VISITOR = /^[\w-]{22}$/;

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

import express, { type Request, type RequestHandler } from "express";

/** Reads a form; any other body is ignored. */
export const parseForm: RequestHandler = express.urlencoded({ extended: false, limit: 8_192, parameterLimit: 10 });

/** The field that carries the token of a form; see `form-tokens.ts`. */
export const TOKEN_FIELD = "csrf";

/** Returns a field of a form; `undefined` for one that is sent twice. */
export function fieldOf(req: Request, name: string): string | undefined {
  const body = req.body as Partial<Record<string, unknown>> | undefined;
  const value = body !== undefined && Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
