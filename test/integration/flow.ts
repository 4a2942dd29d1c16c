import type { Usage } from "../../src/core/usage.ts";
import type { LifecycleFixture } from "./lifecycle-fixture.ts";

/** What the app's counters show: each kind of traffic, from one moment to another after the first question. */
export interface Flow {
  readonly fromMs: number;
  readonly toMs: number;
  /** How often, and bytes and packets each way each time. */
  readonly everyMs: number;
  readonly rx: readonly [bytes: number, packets: number];
  readonly tx: readonly [bytes: number, packets: number];
}

export const download = (fromMs: number, toMs: number): Flow => ({
  fromMs,
  toMs,
  everyMs: 100,
  rx: [660, 10],
  tx: [100_000, 10],
});
export const tcpCheck: Flow = {
  fromMs: 0,
  toMs: Number.POSITIVE_INFINITY,
  everyMs: 10_000,
  rx: [272, 4],
  tx: [206, 3],
};
export const pings = (toMs: number): Flow => ({ fromMs: 0, toMs, everyMs: 20_000, rx: [138, 2], tx: [134, 2] });

/** Makes the app's counters follow these flows from now on. */
export function flow(
  fixture: Pick<LifecycleFixture, "clock" | "engine">,
  flows: readonly Flow[],
  more: (ms: number) => Partial<Usage> = () => ({}),
): void {
  const startMs = fixture.clock.now();
  const read = (): Usage => {
    const ms = fixture.clock.now() - startMs;
    const sum = (of: (flow: Flow) => number): number =>
      flows.reduce((total, one) => {
        const times = Math.floor((Math.min(ms, one.toMs) - one.fromMs) / one.everyMs);
        return total + Math.max(0, times) * of(one);
      }, 0);
    return {
      rxBytes: sum(({ rx }) => rx[0]),
      rxPackets: sum(({ rx }) => rx[1]),
      txBytes: sum(({ tx }) => tx[0]),
      txPackets: sum(({ tx }) => tx[1]),
      cpuMs: 0,
      memoryBytes: 0,
      connections: undefined,
      ...more(ms),
    };
  };
  Object.defineProperty(fixture.engine.get("app"), "usage", { get: read });
}
