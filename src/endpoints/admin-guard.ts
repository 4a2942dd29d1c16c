import type { IncomingMessage, ServerResponse } from "node:http";
import { requestPath } from "../core/request-host.ts";
import type { AdminAuth } from "../core/settings.ts";
import { clientAddress } from "./client-address.ts";
import { areRight, type Credentials, readAuthorization } from "./credentials.ts";
import type { EndpointsDeps } from "./endpoints-deps.ts";
import { createLeakyBuckets } from "./leaky-buckets.ts";
import { addressKey } from "./poll-budgets.ts";
import { hostOf } from "./request-origin.ts";
import type { Sender } from "./sender.ts";
import { sessionIdOf } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";

/** Wrong credentials that one address may give at once; one more is allowed every six seconds. */
const MOST_FAILURES = 10;
const FAILURE_LEAK_MS = 6_000;

/** Settles who may see the admin pages. */
export interface AdminGuard {
  /** True: may pass. False: was answered (401, or 429 after too many wrong credentials). */
  admit(req: IncomingMessage, res: ServerResponse): boolean;
  /** The same for credentials from a form; `undefined`: none were given. */
  check(req: IncomingMessage, res: ServerResponse, given: Credentials | undefined): boolean;
}

export function createAdminGuard(deps: EndpointsDeps, sender: Sender, sessions: Sessions): AdminGuard {
  const { lifecycle, clock, isTrusted, events } = deps;
  const failures = createLeakyBuckets({ clock, capacity: MOST_FAILURES, leakMs: FAILURE_LEAK_MS });

  function check(req: IncomingMessage, res: ServerResponse, given: Credentials | undefined): boolean {
    const { adminAuth } = lifecycle.settings().gateway;
    if (adminAuth.method === "none") return true;
    if (given === undefined) return refuse(req, res, adminAuth);
    const address = clientAddress(req, isTrusted);
    const key = addressKey(address);
    // Right ones are refused too: else guessing would go on, only slower.
    const { waitMs } = failures.look(key);
    if (waitMs > 0) {
      sender.problem(req, res, "rate-limited", { retryMs: waitMs });
      return false;
    }
    if (areRight(adminAuth, given)) return true;
    failures.add(key);
    events.emit({ type: "login-failed", address, path: requestPath(req.url ?? "/") });
    return refuse(req, res, adminAuth);
  }

  function refuse(req: IncomingMessage, res: ServerResponse, auth: AdminAuth): false {
    const challenge = auth.method === "basic" ? 'Basic realm="gateway", charset="UTF-8"' : 'Bearer realm="gateway"';
    sender.problem(req, res, "unauthorized", {}, ["WWW-Authenticate", challenge]);
    return false;
  }

  return {
    check,
    admit(req, res) {
      const id = sessionIdOf(req.headers.cookie);
      if (id !== undefined && sessions.find(id, hostOf(req)) !== undefined) return true;
      return check(req, res, readAuthorization(req.headers.authorization));
    },
  };
}
