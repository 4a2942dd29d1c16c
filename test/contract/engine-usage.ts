import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { StopOrder, WorkloadRef } from "../../src/lifecycle/ports.ts";
import { waitUntil } from "../support/wait-until.ts";
import type { Subject } from "./engine-subject.ts";

const gently: StopOrder = { method: "stop", timeoutMs: 5_000, signal: "" };

/** The part of the contract that is about what a program uses, and what is left to it. */
export const usageRules: Record<string, (subject: Subject, t: TestContext) => Promise<void>> = {
  "usage counts up while a program works": async ({ engine, create }) => {
    const ref = await create({ kind: "shell", script: "while :; do :; done" });
    await engine.start(ref);
    const first = await waitUntil(async () => await engine.usage(ref));
    const later = await waitUntil(
      async () => {
        const usage = await engine.usage(ref);
        return usage !== undefined && usage.cpuMs > first.cpuMs + 50 ? usage : undefined;
      },
      5_000,
      "more CPU time",
    );
    assert.ok(later.memoryBytes > 10_000, `${later.memoryBytes} bytes`);
    await engine.stop(ref, { ...gently, method: "kill" });
    assert.equal(await engine.usage(ref), undefined);
  },

  "a limited program gets less of the CPU, until the limit is lifted": async ({ engine, create }) => {
    const ref = await create({ kind: "shell", script: "while :; do :; done" });
    await engine.start(ref);
    const own = await engine.limits(ref);
    await engine.throttle(ref, { cpus: 0.1, memoryBytes: 0 });
    assert.ok((await share(ref, engine)) < NO_MORE);
    await engine.restore(ref, own);
    await waitUntil(async () => (await share(ref, engine)) > NO_MORE, 20_000, "more CPU time than the limit");
  },
};

/** A limit of 0.1 and the kernel's periods at either end. Where many want the CPU the share without one may be small too, for a while. */
const NO_MORE = 0.15;

/** CPUs used during a short time. */
async function share(ref: WorkloadRef, engine: Subject["engine"]): Promise<number> {
  // From before the first reading, because a busy engine takes its time after it has read.
  const at = performance.now();
  const cpuMs = (await engine.usage(ref))?.cpuMs ?? 0;
  await waitUntil(() => performance.now() - at > 700);
  return (((await engine.usage(ref))?.cpuMs ?? 0) - cpuMs) / (performance.now() - at);
}
