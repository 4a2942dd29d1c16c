import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import helmet from "helmet";
import type { IncomingMessage, ServerResponse } from "node:http";
import { requestPath } from "./core/request-host.ts";
import type { Route } from "./lifecycle/admit/route.ts";
import { mountActions } from "./admin/action-endpoints.ts";
import { createAdminGuard } from "./admin/auth/admin-guard.ts";
import { containerStatus } from "./admin/api/container-status.ts";
import type { EndpointsDeps } from "./web/endpoints-deps.ts";
import { createExtras } from "./admin/extras.ts";
import { createFormTokens } from "./admin/auth/form-tokens.ts";
import { createLiveEvents } from "./admin/api/live-events.ts";
import { mountLogin } from "./admin/login-endpoints.ts";
import { createAdminPages } from "./admin/pages/admin-pages.ts";
import { createPollBudgets, POLL_BURST, type PollKind } from "./public/poll-budgets.ts";
import { mountPolls } from "./public/poll-endpoints.ts";
import { createPolls, type Polls } from "./public/polls.ts";
import { createMount } from "./web/mount.ts";
import { createIsReserved, isAdminPath } from "./web/reserved.ts";
import { mountSelf } from "./public/self-endpoints.ts";
import { createSender, type Sender } from "./web/sender.ts";
import { createSessions } from "./admin/auth/sessions.ts";
import { mountViews } from "./admin/view-endpoints.ts";
import { createWakesToday } from "./admin/api/wakes-today.ts";

/** The reserved `/_…` paths of every host. */
export interface Endpoints {
  /**
   * Answers requests for our own paths; returns false for others, without any effect. `path` has no query, `route` is
   * that of the host. Only called if `mayBeReserved(path)`.
   */
  readonly handle: (req: IncomingMessage, res: ServerResponse, path: string, route: Route | undefined) => boolean;
  /** The answers of `/_health` and `/_logs`, for the handler of auth requests. */
  readonly polls: Polls;
  /** Counts such a poll; returns `undefined` if it is permitted, else the milliseconds to wait. */
  readonly pollAllowed: (kind: PollKind, address: string, route: string) => number | undefined;
  /** Ends polls and streams that would delay a shutdown. */
  readonly close: () => void;
}

/** Creates the endpoints, which are the only part of the gateway that uses express. */
export function createEndpoints(deps: EndpointsDeps): Endpoints {
  const { lifecycle, clock, events } = deps;
  const sender = createSender(deps.responder);
  const sessions = createSessions({ clock });
  const guard = createAdminGuard(deps, sender, sessions);
  const polls = createPolls(deps);
  const budgets = createPollBudgets(clock);
  const wakesToday = createWakesToday(clock, () => lifecycle.settings().gateway.scheduleTimezone);
  events.subscribe((event) => wakesToday.note(event));
  const isReserved = createIsReserved(() => lifecycle.settings());
  const extras = createExtras(deps, sender, guard);

  const tokens = createFormTokens(sessions, deps.isTrusted);
  const pages = createAdminPages({ ...deps, tokens, sessions });
  const { merged, untrustedPeers, refusedConfig } = deps;
  const sources = { lifecycle, wakesToday, merged, untrustedPeers, refusedConfig };
  const live = createLiveEvents({ ...deps, describe: (record) => containerStatus(sources, record) }, sender);

  const onlyAdmins: RequestHandler = (req, res, next) => {
    if (!isAdminPath(req.path) || guard.admit(req, res)) next();
  };

  const app = createExpress();
  const mount = createMount(app, sender);
  mountSelf(mount, deps, sender);
  mountPolls(mount, { ...deps, sender, polls, budgets });
  app.use(ADMIN_HEADERS);
  mountLogin(mount, { ...deps, guard, sessions, tokens, pages }, sender);
  app.use(onlyAdmins);
  mountActions(mount, deps, sender, tokens);
  mountViews(mount, { ...deps, sources, pages, live }, sender);
  app.use((req, res) => sender.problem(req, res, "unknown-path"));
  app.use(onError(deps, sender));

  return {
    polls,
    close() {
      live.close();
      polls.close();
    },
    pollAllowed(kind, address, route) {
      const { count, waitMs } = budgets.take(kind, address, route);
      return count > POLL_BURST[kind] ? waitMs : undefined;
    },
    handle(req, res, path, route) {
      if (extras(req, res, path)) return true;
      if (!isReserved(req, path, route)) return false;
      app(req, res);
      return true;
    },
  };
}

function createExpress(): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.set("query parser", false); // `queryOf` parses it instead
  return app;
}

/** The security headers, without Strict-Transport-Security: the proxy that terminates TLS must decide about that. */
const ADMIN_HEADERS = helmet({
  strictTransportSecurity: false,
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  xFrameOptions: { action: "deny" },
});

function onError({ events }: EndpointsDeps, sender: Sender): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    if (isClientsFault(error)) return sender.problem(req, res, "bad-request");
    events.emit({
      type: "fault",
      message: `internal error in the endpoint ${requestPath(req.url)}`,
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return sender.problem(req, res, "internal");
  };
}

/** Returns true for errors of express about a path or body that cannot be decoded. */
function isClientsFault(error: unknown): boolean {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" && status >= 400 && status < 500;
}
