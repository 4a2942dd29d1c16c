import { type ExchangePlan, exchangeSize, smallerPlans } from "./exchange-plan.ts";
import { createExchangeLog } from "./exchange-log.ts";
import { runExchange } from "./exchange-run.ts";
import { describeExchange } from "./describe-exchange.ts";
import { drawConnection } from "./draw-connection.ts";
import { startFuzzedGateway } from "./fuzzed-gateway.ts";
import type { Kind } from "./kind.ts";
import { drawReply } from "./reply-shapes.ts";
import { drawRequest } from "./request-shapes.ts";
import { createTags } from "./tags.ts";

const HOST = "app.local";

/** Hostile clients before an honest app: requests of all shapes, pipelined, split, broken and left. */
export const REQUESTS: Kind<ExchangePlan> = {
  name: "requests",
  lanes: 16,
  draw: (random) => ({ connections: [drawConnection(random, drawRequest, drawReply, 6)] }),
  async open(t) {
    const log = createExchangeLog();
    const nextTag = createTags();
    const fuzzed = await startFuzzedGateway(t, { apps: { [HOST]: log.app } });
    return { fuzzed, run: (plan) => runExchange(plan, log, { port: fuzzed.port, host: HOST, tag: nextTag() }) };
  },
  smaller: smallerPlans,
  describe: (plan) => describeExchange(plan, HOST),
  size: exchangeSize,
};
