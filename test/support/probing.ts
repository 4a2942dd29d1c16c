import type { ProbeAnswer } from "../../src/lifecycle/ports.ts";
import { waitUntil } from "./wait-until.ts";

/** The result of a probe for imaginary apps. */
export const READY: ProbeAnswer = { kind: "ready", summary: "/: 200" };
export const NOT_READY: ProbeAnswer = { kind: "no", summary: "connection refused" };

/** Returns whether a probe found the app ready. */
export function isReady({ kind }: ProbeAnswer): boolean {
  return kind === "ready";
}

/** Resolves when a probe finds the app ready. */
export async function untilReady(ask: () => Promise<ProbeAnswer>, what: string): Promise<void> {
  await waitUntil(async () => isReady(await ask()), 10_000, what);
}
