import type { ConnectionPlan, Leaving } from "./exchange-plan.ts";
import type { Random } from "./random.ts";

/** Draws what one client sends: up to so many requests, in how many writes, and whether it leaves early. */
export function drawConnection(
  random: Random,
  drawRequest: (random: Random) => string,
  drawReply: (random: Random) => string,
  most: number,
): ConnectionPlan {
  const parts = Array.from({ length: 1 + random.below(most) }, () => ({
    request: { shape: drawRequest(random), seed: random.below(2 ** 31).toString(36) },
    reply: { shape: drawReply(random), seed: random.below(2 ** 31).toString(36) },
  }));
  const cuts = Array.from({ length: random.pick([0, 0, 1, 1, 2, 4]) }, () => ({
    at: random.below(1000),
    pauseMs: random.pick([0, 0, 1, 2, 5, 12, 25]),
  }));
  return { parts, cuts, leaving: random.chance(0.3) ? drawLeaving(random) : undefined };
}

function drawLeaving(random: Random): Leaving {
  return {
    how: random.pick(["fin", "reset"]),
    at: random.chance(0.5) ? 1000 : random.below(1000),
    received: random.pick([0, 0, 1, 100, 500]),
    pauseMs: random.pick([0, 0, 0, 1, 2, 5]),
  };
}
