import type { HealthQuery } from "../core/health-query.ts";
import { healthChange, healthOf } from "../lifecycle/workload/health.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import type { RouteMember } from "../lifecycle/workload/record.ts";
import { failureOfMember } from "../lifecycle/workload/silence.ts";
import type { Answer } from "../respond/answer.ts";
import type { HandlerMode } from "../respond/pages.ts";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";

/** Reports the progress of a wake and the output of the app. Never wakes anything. */
export interface Polls {
  /**
   * Returns the response of `/_health`: at once, or with `waitMs` at the next change of status or phase. If `seen`
   * (`status:phase`), which the client knows, is already outdated, it does not wait.
   */
  readonly health: (route: Route, query: HealthRequest, mode: HandlerMode) => Promise<Answer>;
  /** Returns the response of `/_logs`; without lines if the client may not see them. */
  readonly logs: (route: Route, mode: HandlerMode) => Promise<Answer>;
  /** Answers all waiting polls, so that they do not delay a shutdown. */
  readonly close: () => void;
}

/** A poll of `/_health` with its client. */
export interface HealthRequest extends HealthQuery {
  /** Aborts when the client disconnects. */
  readonly aborted: AbortSignal;
  /** The `Accept-Language` header. */
  readonly acceptLanguage: string | undefined;
}

/** The limit of waiting polls; further ones are answered at once. */
const MOST_WAITING = 2_000;

/** Creates the answers to polls. */
export function createPolls({
  clock,
  responder,
  logTail,
}: Pick<EndpointsDeps, "clock" | "responder" | "logTail">): Polls {
  /** One controller for each wait: a shared signal would retain memory of every poll forever (`AbortSignal.any`). */
  const waits = new Set<AbortController>();
  let isClosed = false;

  return {
    async health({ memberPorts: members }, { waitMs, seen, aborted, acceptLanguage }, mode) {
      const { status, phase } = healthOf(members, clock);
      const isNews = seen !== undefined && seen !== `${status}:${phase ?? ""}`;
      if (waitMs > 0 && !isNews && !isClosed && waits.size < MOST_WAITING) {
        const enough = new AbortController();
        waits.add(enough);
        const signal = AbortSignal.any([aborted, enough.signal]);
        await healthChange(members, waitMs, signal, clock).finally(() => waits.delete(enough));
      }
      const health = healthOf(members, clock);
      const failed = health.status === "failed" ? members.find((member) => failureOfMember(member, clock)) : undefined;
      const failure = failed && failureOfMember(failed, clock)?.failure;
      const note = health.status === "starting" ? noteOf(members) : undefined;
      const facts = { ...health, ...(failure && { failure }), ...(note && { note }) };
      return responder().health(facts, mode, { acceptLanguage });
    },

    async logs({ memberPorts }, mode) {
      // Of a group, the member that matters: one that is starting, else one that failed.
      const byInterest = memberPorts.toSorted((a, b) => interest(a) - interest(b));
      for (const { record } of byInterest) {
        const lines = await logTail(record);
        if (lines !== undefined) return responder().logs(lines, mode);
      }
      return responder().logs([], mode);
    },

    close() {
      isClosed = true;
      for (const wait of waits) wait.abort();
    },
  };

  function interest(member: RouteMember): number {
    return INTEREST.indexOf(healthOf([member], clock).status);
  }
}

function noteOf(members: readonly RouteMember[]): string | undefined {
  return members.map(({ record }) => record.observation?.note).find(Boolean);
}

const INTEREST = ["starting", "failed", "running", "unknown"];
