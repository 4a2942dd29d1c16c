import assert from "node:assert/strict";
import { noteDirect, authRequestReasonOf } from "../../src/lifecycle/usage/direct.ts";
import { takeSample } from "../../src/lifecycle/usage/sample.ts";
import { createManualClock } from "./manual-clock.ts";
import { flow } from "./flow.ts";
import { type LifecycleFixture, openLifecycle } from "./lifecycle-fixture.ts";

export const IDLE_MS = 60_000;
const DIRECT = { whenAwake: "direct", reachedDirectly: true } as const;

/** A Traefik that fetches every two seconds, unless it is frozen, and applies what it has fetched three seconds later. */
export async function open(workload: Parameters<typeof openLifecycle>[0][number] = { name: "app" }, everyS = 2) {
  const clock = createManualClock();
  const front: Front = { frozen: false, fetchedMs: 0, whenAwake: "direct" };
  const fixture = await openLifecycle([{ idleTimeoutMs: IDLE_MS, ...workload }], {
    clock,
    fakes: { app: { status: "running" } },
    fronts: {
      progress(sinceMs) {
        if (front.fetchedMs <= sinceMs) return { kind: "waits", on: ["10.0.0.7"], untilMs: undefined };
        const untilMs = front.fetchedMs + 3_000;
        return untilMs <= clock.now() ? { kind: "done" } : { kind: "waits", on: [], untilMs };
      },
      applyMs: () => 0,
      recallMs: () => everyS * 1_000 + 3_000,
    },
  });
  const record = fixture.record("app");
  flow(fixture, []);
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      if (!front.frozen && (clock.now() / 1_000) % everyS < 1) poll(fixture, front);
      await clock.advance(Math.min(1_000, left));
    }
  }
  takeSample(fixture.lifecycle.context, record);
  await clock.advance(10);
  await pass(everyS * 1_000);
  assert.ok(record.directMs > 0, String(authRequestReasonOf(record, DIRECT)));
  return { ...fixture, record, front, pass };
}

/** A Traefik that applies the right document as soon as it is recalled. */
export async function openFetched() {
  const front = { frozen: false, isRecalled: () => false };
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE_MS }], {
    fakes: { app: { status: "running" } },
    fronts: {
      progress: () =>
        front.isRecalled() && !front.frozen
          ? { kind: "done" }
          : { kind: "waits", on: ["10.0.0.7"], untilMs: undefined },
      applyMs: () => 0,
      recallMs: () => 3_000,
    },
  });
  await fixture.clock.advance(10);
  flow(fixture, []);
  const record = fixture.record("app");
  front.isRecalled = () => record.recall !== undefined;
  noteDirect(fixture.lifecycle.context, record);
  return { ...fixture, record, front };
}

interface Front {
  frozen: boolean;
  fetchedMs: number;
  whenAwake: "ask" | "direct";
}

function poll(fixture: LifecycleFixture, front: Front): void {
  const record = fixture.record("app");
  const isAsked = authRequestReasonOf(record, { ...DIRECT, whenAwake: front.whenAwake }) !== undefined;
  if (!isAsked) noteDirect(fixture.lifecycle.context, record);
  // The first one after the last document without auth requests counts.
  if (!isAsked && front.fetchedMs <= record.directMs) front.fetchedMs = record.directMs;
  if (isAsked && front.fetchedMs <= record.directMs) front.fetchedMs = fixture.clock.now();
}
