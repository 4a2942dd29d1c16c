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
   * Returns the body of `/_health`: at once, or with `waitMs` at the next change of status or phase. `seen`
   * (`status:phase`) is what the client knows: when it has changed, there is nothing to wait for.
   */
  readonly health: (route: Route, query: HealthRequest, mode: HandlerMode) => Promise<Answer>;
  /** Returns the body of `/_logs`; without lines where they may not be seen. */
  readonly logs: (route: Route, mode: HandlerMode) => Promise<Answer>;
  /** Answers all waiting polls: nothing may keep a gateway from shutting down. */
  readonly close: () => void;
}

export interface HealthRequest extends HealthQuery {
  /** Aborts when the client leaves. */
  readonly aborted: AbortSignal;
  /** The `Accept-Language` header. */
  readonly acceptLanguage: string | undefined;
}

/** The number of waiting polls; further ones are answered at once. */
const MOST_WAITING = 2_000;

export function createPolls({
  clock,
  responder,
  logTail,
}: Pick<EndpointsDeps, "clock" | "responder" | "logTail">): Polls {
  /** Ends each wait. One signal for all would keep something of every poll forever (`AbortSignal.any`). */
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
      // The member of a group that the wake depends on: one that starts, else one that failed.
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
