import { describeExchange } from "./describe-exchange.ts";
import { drawConnection } from "./draw-connection.ts";
import { type ExchangePlan, exchangeSize, smallerPlans } from "./exchange-plan.ts";
import { createExchangeLog } from "./exchange-log.ts";
import { runExchange } from "./exchange-run.ts";
import { startFuzzedGateway } from "./fuzzed-gateway.ts";
import type { Kind } from "./kind.ts";
import type { Random } from "./random.ts";
import { drawHostileReply } from "./reply-shapes.ts";
import { ANSWERED_SHAPES } from "./request-shapes.ts";
import { createTags } from "./tags.ts";

/** Each lane has an app of its own, so that a case alone sees the pool that it saw among others. */
const HOSTS = Array.from({ length: 12 }, (_, lane) => `lane${String(lane).padStart(2, "0")}.local`);

/** Honest clients that share connections to an app whose answers are hostile. */
export const ANSWERS: Kind<ExchangePlan> = {
  name: "answers",
  lanes: HOSTS.length,
  draw: (random) => ({ connections: Array.from({ length: 1 + random.below(4) }, () => drawClient(random)) }),
  async open(t) {
    const log = createExchangeLog();
    const nextTag = createTags();
    const fuzzed = await startFuzzedGateway(t, { apps: Object.fromEntries(HOSTS.map((host) => [host, log.app])) });
    return {
      fuzzed,
      async run(plan, lane) {
        const host = HOSTS[lane] ?? "";
        const fault = await runExchange(plan, log, { port: fuzzed.port, host, tag: nextTag() });
        if (fuzzed.isAlive()) await fuzzed.apps.get(host)?.dropConnections();
        return fault;
      },
    };
  },
  smaller: smallerPlans,
  describe: (plan) => describeExchange(plan, HOSTS[0] ?? ""),
  size: exchangeSize,
};

function drawClient(random: Random) {
  const client = drawConnection(random, (choices) => choices.pick(ANSWERED_SHAPES), drawHostileReply, 4);
  return random.chance(0.9) ? { ...client, leaving: undefined } : client;
}
