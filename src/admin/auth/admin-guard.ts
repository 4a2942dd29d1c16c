import type { IncomingMessage, ServerResponse } from "node:http";
import { requestPath } from "../../core/request-host.ts";
import type { AdminAuth } from "../../core/settings.ts";
import { addressKey, clientAddress } from "../../web/client-address.ts";
import { mayBeBrowser, wantsPage } from "../../web/client-kind.ts";
import { areRight, type Credentials, readAuthorization } from "./credentials.ts";
import type { EndpointsDeps } from "../../web/endpoints-deps.ts";
import { createLeakyBuckets } from "../../web/leaky-buckets.ts";
import { loginPath } from "./login-path.ts";
import { hostOf } from "../../web/request-origin.ts";
import { seeOther } from "./see-other.ts";
import type { Sender } from "../../web/sender.ts";
import { sessionIdOf } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import { trustedName } from "./trusted-name.ts";

/** Wrong credentials that one address may send in a row; one more is allowed every six seconds. */
const MOST_FAILURES = 10;
const FAILURE_LEAK_MS = 6_000;

/** The verdict on credentials. `waitMs`: none, before that time is over. */
export type Verdict = "right" | "wrong" | { readonly waitMs: number };

/** Decides who may see the admin pages. */
export interface AdminGuard {
  /**
   * Returns true when the request may pass. Otherwise it was answered: 401, a redirect to the login, or 429 after too
   * many wrong credentials.
   */
  admit(req: IncomingMessage, res: ServerResponse): boolean;
  /** Checks credentials, once for each request that has them: wrong ones count. */
  judge(req: IncomingMessage, given: Credentials): Verdict;
  /** Whether the request is already authenticated without credentials of its own. */
  isKnown(req: IncomingMessage): boolean;
}

export function createAdminGuard(deps: EndpointsDeps, sender: Sender, sessions: Sessions): AdminGuard {
  const { lifecycle, clock, isTrusted, events } = deps;
  const failures = createLeakyBuckets({ clock, capacity: MOST_FAILURES, leakMs: FAILURE_LEAK_MS });
  const adminAuth = (): AdminAuth => lifecycle.settings().gateway.adminAuth;

  function judge(req: IncomingMessage, given: Credentials): Verdict {
    const address = clientAddress(req, isTrusted);
    const key = addressKey(address);
    // Right ones are refused too: otherwise guessing would continue, only slower.
    const { waitMs } = failures.look(key);
    if (waitMs > 0) return { waitMs };
    if (areRight(adminAuth(), given)) return "right";
    failures.add(key);
    events.emit({ type: "login-failed", address, path: requestPath(req.url ?? "/") });
    return "wrong";
  }

  function isKnown(req: IncomingMessage): boolean {
    const auth = adminAuth();
    if (auth.method === "none" || trustedName(req, auth, isTrusted) !== undefined) return true;
    const id = sessionIdOf(req.headers.cookie);
    return id !== undefined && sessions.find(id, hostOf(req)) !== undefined;
  }

  function refuse(req: IncomingMessage, res: ServerResponse): false {
    if (wantsPage(req)) seeOther(req, res, loginPath(req));
    else sender.problem(req, res, "unauthorized", { headers: ["WWW-Authenticate", challenge(req, adminAuth())] });
    return false;
  }

  return {
    judge,
    isKnown,
    admit(req, res) {
      if (isKnown(req)) return true;
      const given = readAuthorization(req.headers.authorization);
      if (given === undefined) return refuse(req, res);
      const verdict = judge(req, given);
      if (verdict === "right") return true;
      if (verdict === "wrong") return refuse(req, res);
      sender.problem(req, res, "rate-limited", { retryMs: verdict.waitMs });
      return false;
    },
  };
}

/** A browser that was sent by our own script would show its login dialog on `Basic`, again and again. */
function challenge(req: IncomingMessage, { method }: AdminAuth): string {
  if (method === "bearer") return 'Bearer realm="gateway"';
  return mayBeBrowser(req) ? 'Session realm="gateway"' : 'Basic realm="gateway", charset="UTF-8"';
}
