import type { Random } from "./random.ts";

/** What one side of a tunnel does, one thing after the other. */
export type TunnelStep =
  | { readonly do: "write"; readonly length: number }
  | { readonly do: "pause"; readonly ms: number }
  | { readonly do: "fin" }
  | { readonly do: "reset" };

/** An upgraded connection from both ends. */
export interface TunnelPlan {
  /** What the client sends in one write with its request, and the app with its 101. */
  readonly clientEarly: number;
  readonly appEarly: number;
  /** How long the app takes to agree. */
  readonly agreeMs: number;
  /** The client does not wait for the 101, so that it may have left before. */
  readonly isHasty: boolean;
  readonly client: readonly TunnelStep[];
  readonly app: readonly TunnelStep[];
}

export function drawTunnel(random: Random): TunnelPlan {
  const early = (): number => (random.chance(0.4) ? 1 + random.below(random.pick([10, 5_000, 200_000])) : 0);
  return {
    clientEarly: early(),
    appEarly: early(),
    agreeMs: random.pick([0, 0, 1, 5, 20]),
    isHasty: random.chance(0.2),
    client: drawSide(random),
    app: drawSide(random),
  };
}

/** Ends it in most cases, so that a side that only ever listens is rare. */
function drawSide(random: Random): TunnelStep[] {
  const steps = Array.from({ length: random.below(6) }, (): TunnelStep => {
    if (random.chance(0.4)) return { do: "pause", ms: random.pick([0, 1, 3, 10]) };
    return { do: "write", length: 1 + random.below(random.pick([10, 2_000, 70_000, 400_000])) };
  });
  return [...steps, { do: random.chance(0.8) ? "fin" : "reset" }];
}

/** What may fail in the same way and is smaller. */
export function* smallerTunnels(plan: TunnelPlan): Iterable<TunnelPlan> {
  for (const key of ["clientEarly", "appEarly", "agreeMs"] as const) {
    if (plan[key] > 0) yield { ...plan, [key]: 0 };
    if (plan[key] > 1) yield { ...plan, [key]: plan[key] >> 1 };
  }
  for (const side of ["client", "app"] as const) {
    const steps = plan[side];
    for (const [at, step] of steps.entries()) {
      if (at < steps.length - 1) yield { ...plan, [side]: steps.toSpliced(at, 1) };
      if (step.do === "write" && step.length > 1)
        yield { ...plan, [side]: steps.with(at, { ...step, length: step.length >> 1 }) };
    }
  }
}

/** Returns how many bytes a side sends, and whether it ends by a reset. */
export function toldBy(early: number, steps: readonly TunnelStep[]): { bytes: number; isReset: boolean } {
  const bytes = steps.reduce((sum, step) => sum + (step.do === "write" ? step.length : 0), early);
  return { bytes, isReset: steps.some((step) => step.do === "reset") };
}
