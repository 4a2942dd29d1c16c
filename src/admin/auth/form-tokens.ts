import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { cookieOf } from "../../core/cookie-of.ts";
import { mayBeBrowser } from "../../web/client-kind.ts";
import { hostOf, isSameOrigin, isSecure } from "../../web/request-origin.ts";
import { sessionIdOf } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";

/** Protects forms against cross-site request forgery. */
export interface FormTokens {
  /** Returns the token for the forms of a page, and the `Set-Cookie` fields (flat) that make it valid. */
  issue(req: IncomingMessage): { readonly token: string; readonly cookies: readonly string[] };
  /**
   * Returns whether a POST is not forged: it comes from our own page with its token, or from a program, which another
   * site cannot make send credentials.
   */
  isAuthentic(req: IncomingMessage, token: unknown): boolean;
}

/** The field in which a script may send the token instead. */
const TOKEN_HEADER = "x-csrf-token";
const VISITOR_COOKIE = "dag_visitor";

/**
 * Creates the tokens. A token is valid for a host and a session; without a login for a host and a random visitor
 * cookie.
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
 * Returns true for our own origin without a cookie, which every page of ours sets: this is a program, because another
 * site cannot send our origin.
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

/** Parses the body of a form; ignores any other body. */
export const parseForm: RequestHandler = express.urlencoded({ extended: false, limit: 8_192, parameterLimit: 10 });

/** The field of a form with its token. */
export const TOKEN_FIELD = "csrf";

/** Returns a field of a form; `undefined` if it is repeated. */
export function fieldOf(req: Request, name: string): string | undefined {
  const body = req.body as Partial<Record<string, unknown>> | undefined;
  const value = body !== undefined && Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
