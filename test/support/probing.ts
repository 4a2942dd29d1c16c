import type { ProbeAnswer } from "../../src/lifecycle/ports.ts";
import { waitUntil } from "./wait-until.ts";

/** What a probe finds, for imaginary apps. */
export const READY: ProbeAnswer = { kind: "ready", said: "/: 200" };
export const NOT_READY: ProbeAnswer = { kind: "no", said: "connection refused" };

/** Whether an app was found to be ready. */
export function isReady({ kind }: ProbeAnswer): boolean {
  return kind === "ready";
}

/** Waits until an app is found to be ready. */
export async function untilReady(ask: () => Promise<ProbeAnswer>, what: string): Promise<void> {
  await waitUntil(async () => isReady(await ask()), 10_000, what);
}
