import type { Request, RequestHandler, Response } from "express";
import { type HealthQuery, readHealthQuery } from "../core/health-query.ts";
import { requestHost } from "../core/request-host.ts";
import { type Route, routeNamed } from "../lifecycle/admit/route.ts";
import type { ProblemFacts } from "../respond/pages.ts";
import { writeAnswer } from "../respond/write-answer.ts";
import { clientAddress } from "../web/client-address.ts";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import type { Mount } from "../web/mount.ts";
import type { PollBudgets, PollKind } from "./poll-budgets.ts";
import { createPollLimit } from "./poll-limits.ts";
import type { Polls } from "./polls.ts";
import { queryOf } from "../web/query.ts";
import type { Sender } from "../web/sender.ts";

interface PollEndpointsDeps extends Pick<EndpointsDeps, "lifecycle" | "isTrusted"> {
  readonly sender: Sender;
  readonly polls: Polls;
  readonly budgets: PollBudgets;
}

/** Adds `/_health` and `/_logs`, the polls of a loading page. */
export function mountPolls(mount: Mount, { lifecycle, isTrusted, sender, polls, budgets }: PollEndpointsDeps): void {
  const pollerOf = (req: Request) => ({ address: clientAddress(req, isTrusted), route: routeOf(req)?.name ?? "" });
  const limit = (kind: PollKind): RequestHandler => createPollLimit({ budgets, sender, pollerOf }, kind);
  const limitPlain = limit("health");
  const limitLong = limit("health-wait");
  const limitLogs = limit("logs");

  mount.get("/_health", refuseUnknown, limitHealth, (req, res) => {
    const route = routeOf(req);
    const query = readHealthRequest(req);
    if (route === undefined || query === undefined) return undefined; // refused above
    const leaving = new AbortController();
    res.once("close", () => leaving.abort());
    return polls
      .health(route, { ...query, aborted: leaving.signal, acceptLanguage: req.headers["accept-language"] }, "proxy")
      .then((answer) => writeAnswer(res, answer, req.method));
  });

  mount.get("/_logs", refuseUnknown, limitLogs, async (req, res) => {
    const route = routeOf(req);
    if (route !== undefined) writeAnswer(res, await polls.logs(route, "proxy"), req.method);
  });

  function limitHealth(...[req, res, next]: Parameters<RequestHandler>): void {
    const query = readHealthRequest(req);
    if (query === undefined)
      return refuse(req, res, { detail: 'the parameter "wait" must be a duration such as "20s"' });
    return void (query.waitMs > 0 ? limitLong : limitPlain)(req, res, next);
  }

  function refuseUnknown(...[req, res, next]: Parameters<RequestHandler>): void {
    const query = queryOf(req);
    if (query === undefined) return refuse(req, res, { detail: "the query is too long" });
    if (routeOf(req) !== undefined) return next();
    return refuse(req, res, {
      detail: query.has("container") ? "unknown container" : 'the parameter "container" is missing',
    });
  }

  /** Answers 400, as the original did. */
  function refuse(req: Request, res: Response, facts: ProblemFacts): void {
    sender.plainProblem(req, res, "bad-request", facts);
  }

  function routeOf(req: Request): Route | undefined {
    const name = queryOf(req)?.get("container");
    const host = requestHost(req.url, req.rawHeaders);
    const known = typeof host === "symbol" ? undefined : host;
    return name == null ? lifecycle.routes().hosts.find(known) : routeNamed(lifecycle.routes(), name, known);
  }
}

/** Parses the query; `undefined` if it is invalid. */
function readHealthRequest(req: Request): HealthQuery | undefined {
  const query = queryOf(req);
  return query && readHealthQuery(query);
}
