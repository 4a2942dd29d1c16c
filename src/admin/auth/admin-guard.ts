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

/** How many wrong credentials an address may send in a row; one more is permitted every six seconds. */
const MOST_FAILURES = 10;
const FAILURE_LEAK_MS = 6_000;

/** The result of checking credentials. `waitMs`: they were not checked, because there were too many wrong ones. */
export type Verdict = "right" | "wrong" | { readonly waitMs: number };

/** Controls access to the admin pages. */
export interface AdminGuard {
  /**
   * Returns true if the request may pass. Otherwise answers it: 401, a redirect to the login, or 429 after too many
   * wrong credentials.
   */
  admit(req: IncomingMessage, res: ServerResponse): boolean;
  /** Checks credentials, at most once for each request, because wrong ones are counted. */
  judge(req: IncomingMessage, given: Credentials): Verdict;
  /** Returns whether the request is authenticated by a session or a trusted front. */
  isKnown(req: IncomingMessage): boolean;
}

/** Creates the guard. */
export function createAdminGuard(deps: EndpointsDeps, sender: Sender, sessions: Sessions): AdminGuard {
  const { lifecycle, clock, isTrusted, events } = deps;
  const failures = createLeakyBuckets({ clock, capacity: MOST_FAILURES, leakMs: FAILURE_LEAK_MS });
  const adminAuth = (): AdminAuth => lifecycle.settings().gateway.adminAuth;

  function judge(req: IncomingMessage, given: Credentials): Verdict {
    const address = clientAddress(req, isTrusted);
    const key = addressKey(address);
    // Right ones are refused as well; otherwise guessing would remain possible.
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

/**
 * Returns the challenge. Not `Basic` for requests of our own script, on which the browser would show its login dialog.
 */
function challenge(req: IncomingMessage, { method }: AdminAuth): string {
  if (method === "bearer") return 'Bearer realm="gateway"';
  return mayBeBrowser(req) ? 'Session realm="gateway"' : 'Basic realm="gateway", charset="UTF-8"';
}
