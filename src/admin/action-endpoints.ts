import { parseDuration } from "../core/duration.ts";
import type { Request } from "express";
import { LONGEST_PIN_MS, LONGEST_SUSPENSION_MS } from "../core/admin-limits.ts";
import { isWakingOrReady } from "../core/workload-state.ts";
import { wakeRoute } from "../lifecycle/wake/wake-route.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import { stopDeletes } from "../lifecycle/stop/stop-deletes.ts";
import { wantsPage } from "../web/client-kind.ts";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import { fieldOf, parseForm, TOKEN_FIELD } from "./auth/form-tokens.ts";
import type { FormTokens } from "./auth/form-tokens.ts";
import { adminPath } from "./auth/login-path.ts";
import type { Mount } from "../web/mount.ts";
import { containerFault, queryOf } from "../web/query.ts";
import { seeOther } from "./auth/see-other.ts";
import type { Sender } from "../web/sender.ts";

/**
 * Adds the actions of administrators on a container or all members of a group. They require a POST from our own pages
 * or a program. A form is redirected back to its page.
 */
export function mountActions(mount: Mount, { lifecycle }: EndpointsDeps, sender: Sender, tokens: FormTokens): void {
  for (const [path, act] of Object.entries(ACTIONS)) {
    mount.post(path, parseForm, (req, res) => {
      if (!tokens.isAuthentic(req, fieldOf(req, TOKEN_FIELD))) return sender.problem(req, res, "forbidden");
      const name = queryOf(req)?.get("container");
      const route = name == null ? undefined : lifecycle.routes().named(name);
      if (route === undefined) return sender.problem(req, res, "bad-request", { detail: containerFault(name) });
      const wrong = act(lifecycle, route, req);
      if (typeof wrong === "string") return sender.problem(req, res, "bad-request", { detail: wrong });
      if (wrong !== undefined) return sender.problem(req, res, wrong.code, { detail: wrong.detail });
      if (wantsPage(req)) return seeOther(req, res, adminPath(fieldOf(req, "back")));
      return sender.json(req, res, { ok: true }, 202);
    });
  }
}

/** Carries out an action, or returns why not; a string describes what is wrong with the request. */
type Action = (lifecycle: Lifecycle, route: Route, req: Request) => string | Refusal | undefined;

const ACTIONS: Readonly<Record<string, Action>> = {
  "/_status/wake"(lifecycle, route) {
    if (isSuspended(route)) return SUSPENDED;
    for (const member of route.members) lifecycle.wake(member, "admin", true);
    return undefined;
  },

  "/_status/stop"(lifecycle, { members }, req) {
    const deleted = members.find(stopDeletes);
    if (deleted !== undefined && queryOf(req)?.get("confirm") !== "delete")
      return wouldDelete(deleted, "add confirm=delete to stop and delete it");
    for (const member of members) lifecycle.sleep(member);
    return undefined;
  },

  "/_status/pin"(lifecycle, route, req) {
    const keep = parseDuration(queryOf(req)?.get("for") ?? "");
    if (!keep.ok || keep.value > LONGEST_PIN_MS)
      return 'the parameter "for" must be a duration such as "8h", at most 168h; 0 ends it';
    if (keep.value > 0 && isSuspended(route)) return SUSPENDED;
    for (const member of route.members) lifecycle.pin(member, keep.value);
    if (keep.value > 0) wakeAny(lifecycle, route);
    return undefined;
  },

  "/_status/suspend"(lifecycle, { members }, req) {
    const span = parseDuration(queryOf(req)?.get("for") ?? "");
    if (!span.ok || span.value === 0 || span.value > LONGEST_SUSPENSION_MS) {
      return 'the parameter "for" must be a duration such as "2h", more than 0 and at most 720h';
    }
    const deleted = members.find(stopDeletes);
    if (deleted !== undefined) return wouldDelete(deleted, "start it without --rm to suspend it");
    for (const member of members) lifecycle.suspend(member, span.value);
    return undefined;
  },

  "/_status/resume"(lifecycle, { members }) {
    for (const member of members) lifecycle.resume(member);
    return undefined;
  },
};

/** Wakes a route that is to be kept awake; of a group, the members that a request would wake. */
function wakeAny({ context }: Lifecycle, route: Route): void {
  if (!route.members.some(({ state }) => isWakingOrReady(state))) wakeRoute(context, route, "admin");
}

interface Refusal {
  readonly code: "stop-deletes";
  readonly detail: string;
}

function wouldDelete({ name }: WorkloadRecord, remedy: string): Refusal {
  return { code: "stop-deletes", detail: `"${name}" was started with --rm: a stop deletes it; ${remedy}` };
}

const SUSPENDED = "it is suspended; resume it first (dag resume, or Resume on the dashboard)";

function isSuspended({ members }: Route): boolean {
  return members.every(({ suspendedUntilMs }) => suspendedUntilMs > 0);
}
