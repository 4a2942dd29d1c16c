import path from "node:path";
import { describeExchange } from "./describe-exchange.ts";
import { drawConnection } from "./draw-connection.ts";
import { type ConnectionPlan, exchangeSize, smallerPlans } from "./exchange-plan.ts";
import { createExchangeLog } from "./exchange-log.ts";
import { runExchange } from "./exchange-run.ts";
import { startFuzzedGateway } from "./fuzzed-gateway.ts";
import type { Kind } from "./kind.ts";
import { drawReply } from "./reply-shapes.ts";
import { ANSWERED_SHAPES } from "./request-shapes.ts";
import { createTags } from "./tags.ts";
import { VICTIM_NET, VICTIM_PORT } from "./victims.ts";

interface FaultPlan {
  readonly victim: ConnectionPlan;
  readonly innocent: ConnectionPlan;
}

const HOST = "app.local";
const VICTIM_HOST = "victims.local";

/** Clients whose connections meet exceptions in the gateway's own code, and others that must not be affected. */
export const FAULTS: Kind<FaultPlan> = {
  name: "faults",
  lanes: 12,
  draw: (random) => ({
    victim: drawConnection(random, (choices) => choices.pick(ANSWERED_SHAPES), drawReply, 4),
    innocent: {
      ...drawConnection(random, (choices) => choices.pick(["plain", "sized"]), drawReply, 3),
      leaving: undefined,
    },
  }),
  async open(t) {
    const log = createExchangeLog();
    const ofVictims = createExchangeLog();
    const nextTag = createTags();
    const fuzzed = await startFuzzedGateway(t, {
      apps: { [HOST]: log.app, [VICTIM_HOST]: ofVictims.app },
      env: (ports) => ({
        NODE_OPTIONS: `--import=${path.join(import.meta.dirname, "throwing-calls.ts")}`,
        [VICTIM_PORT]: String(ports.get(VICTIM_HOST)),
      }),
    });
    const { port } = fuzzed;
    return {
      fuzzed,
      async run({ victim, innocent }) {
        const [hurt, fault] = await Promise.all([
          runExchange({ connections: [victim] }, ofVictims, {
            port,
            host: VICTIM_HOST,
            tag: nextTag(),
            net: VICTIM_NET,
          }),
          runExchange({ connections: [innocent] }, log, { port, host: HOST, tag: nextTag() }),
        ]);
        if (fault !== undefined) return { ...fault, rule: `next to a victim: ${fault.rule}` };
        const isHanging = hurt?.rule.includes("hangs") === true;
        return isHanging ? { rule: "a victim's connection hangs", detail: hurt.detail } : undefined;
      },
    };
  },
  *smaller(plan) {
    for (const side of ["victim", "innocent"] as const) {
      for (const { connections } of smallerPlans({ connections: [plan[side]] })) {
        if (connections[0] !== undefined) yield { ...plan, [side]: connections[0] };
      }
    }
  },
  describe({ victim, innocent }) {
    const shown = describeExchange({ connections: [victim] }, VICTIM_HOST);
    return `a victim:\n${shown}\nbeside it:\n${describeExchange({ connections: [innocent] }, HOST)}`;
  },
  size: ({ victim, innocent }) => exchangeSize({ connections: [victim, innocent] }),
};
