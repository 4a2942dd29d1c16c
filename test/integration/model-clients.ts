import assert from "node:assert/strict";
import type { Admission, ClientRequest } from "../../src/lifecycle/admit/admit.ts";
import { closeLease, type Lease, openLease } from "../../src/lifecycle/workload/lease.ts";
import type { WorkloadRecord } from "../../src/lifecycle/workload/record.ts";
import type { Forward } from "../../src/core/decision.ts";
import type { Visitor } from "./model-commands.ts";
import type { Expected } from "./model-expected.ts";
import type { Cast } from "./model-run.ts";
import { HOLD_MS } from "./model-settings.ts";

/** Somebody who has asked and has no answer yet. */
interface Waiting {
  readonly host: string;
  readonly sinceMs: number;
  readonly aborted: AbortController;
}

/** Every client, as the two handlers admit it. */
export interface Clients {
  readonly waiting: ReadonlySet<Waiting>;
  readonly leases: readonly Lease[];
  visit(host: string, who: Visitor): void;
  close(which: number): void;
  leave(which: number): void;
  closeAll(): void;
  /** The gateway ends, and with it every connection; `isOrderly`: it closes them itself. */
  dropAll(isOrderly: boolean): void;
  /** Somebody wants something to run: from now on starts are no surprise. */
  ask(): void;
  /** Somebody gives an order of another kind. */
  order(): void;
}

/** Answers to somebody who waits for it, or is shown that others do. */
const USES: ReadonlySet<string> = new Set(["page", "waking", "timed-out", "gone", "full"]);

/** So often a handler asks again for a request that the app refused. */
const MOST_TRIES = 4;

export function createClients(cast: Cast, expected: Expected): Clients {
  const { clock, model, note } = cast;
  const waiting = new Set<Waiting>();
  const leases: Lease[] = [];

  function visit(host: string, who: Visitor): void {
    expected.onAsk();
    enter(host, who, 1);
  }

  function enter(host: string, who: Visitor, tries: number): void {
    const { lifecycle } = cast;
    const route = lifecycle.routes().hosts.find(`${host}.test`);
    if (route === undefined) return note(`    ${who} at ${host}: no such host`);
    const { single } = route;
    if (who !== "auth" && who !== "upgrade" && single?.port.gate !== undefined) {
      const lease = openLease(single.record, "request", clock.now());
      return pass({ host, who, tries }, { record: single.record, forward: single.port.gate, lease });
    }
    const isAuth = who === "auth";
    if (isAuth) for (const { name } of route.members) expected.onFront(name);
    const client: Waiting = { host, sinceMs: clock.now(), aborted: new AbortController() };
    waiting.add(client);
    const admitted = lifecycle.admit(
      route,
      clientRequestOf(who, client.aborted.signal),
      { maxHoldMs: isAuth ? 1_000 : Infinity, seesTraffic: !isAuth, relaysSuccess: !isAuth },
      isAuth ? "none" : who === "upgrade" ? "tunnel" : "request",
    );
    admitted.then(
      (admission) => {
        // A client that waited before a restart of the gateway has lost its connection.
        if (!waiting.delete(client)) return;
        answer(host, who, admission, tries);
      },
      (error: unknown) => expected.fail(`admit broke: ${String(error)}`),
    );
  }

  function answer(host: string, who: Visitor, admission: Admission, tries: number): void {
    if (admission.kind === "forward") {
      return pass({ host, who, tries }, admission);
    }
    const { kind } = admission.decision;
    if (host === "app" && (kind === "page" || kind === "waking")) expected.onPromise("app");
    if (USES.has(admission.decision.kind)) expected.onUse(host, who);
    note(`    ${who} at ${host}: ${admission.decision.kind}`);
  }

  /** The request goes to the app, which may refuse it; then the handler says so and asks again. */
  function pass(
    { host, who, tries }: { readonly host: string; readonly who: Visitor; readonly tries: number },
    {
      record,
      forward,
      lease,
    }: { readonly record: WorkloadRecord; readonly forward: Forward; readonly lease: Lease | undefined },
  ): void {
    note(`    ${who} at ${host}: forward to ${forward.to.host}`);
    const answered = expected.onForward(record, forward);
    if (lease === undefined) return expected.onUseOf(record.name, who);
    if (answered) {
      leases.push(lease);
      return;
    }
    end(lease);
    cast.lifecycle.context.dispatch(record, { type: "refused", endpoint: forward.to });
    model.of(record.name).refusalReportedMs = Math.min(model.of(record.name).refusalReportedMs, clock.now());
    if (tries < MOST_TRIES) enter(host, who, tries + 1);
  }

  function end(lease: Lease): void {
    closeLease(lease, clock, cast.lifecycle.context.rearm);
    if (!lease.quiet) expected.onUseOf(lease.record.name, "other");
  }

  return {
    waiting,
    leases,
    visit,
    close(which) {
      const [lease] = leases.length === 0 ? [] : leases.splice(which % leases.length, 1);
      if (lease !== undefined) end(lease);
    },
    leave(which) {
      const client = [...waiting][which % Math.max(1, waiting.size)];
      client?.aborted.abort();
    },
    closeAll() {
      assert.ok([...waiting].every(({ sinceMs }) => clock.now() - sinceMs <= HOLD_MS));
      for (const client of waiting) client.aborted.abort();
      for (const lease of leases.splice(0)) end(lease);
    },
    dropAll(isOrderly) {
      for (const client of waiting) client.aborted.abort();
      waiting.clear();
      for (const lease of leases.splice(0)) if (isOrderly) end(lease);
    },
    ask: () => expected.onAsk(),
    order: () => expected.onOrder(),
  };
}

function clientRequestOf(who: Visitor, aborted: AbortSignal): ClientRequest {
  const kind = who === "navigation" || who === "upgrade" ? who : "other";
  return {
    kind,
    method: "GET",
    path: "/",
    userAgent: who,
    address: "127.0.0.1",
    isPrefetch: false,
    sticky: undefined,
    host: undefined,
    aborted,
  };
}
