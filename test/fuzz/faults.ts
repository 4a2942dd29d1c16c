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
import { type Injection, VICTIM_NETS, VICTIM_PORTS } from "./victims.ts";

interface FaultPlan {
  readonly injection: Injection;
  readonly victim: ConnectionPlan;
  readonly innocent: ConnectionPlan;
}

const HOST = "app.local";
const VICTIM_HOSTS: Readonly<Record<Injection, string>> = { calls: "calls.local", handlers: "handlers.local" };

/** Clients whose connections meet exceptions in the gateway's own code, beside others that are to notice nothing. */
export const FAULTS: Kind<FaultPlan> = {
  name: "faults",
  lanes: 12,
  draw: (random) => ({
    injection: random.pick(["calls", "handlers"]),
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
      apps: { [HOST]: log.app, [VICTIM_HOSTS.calls]: ofVictims.app, [VICTIM_HOSTS.handlers]: ofVictims.app },
      env: (ports) => ({
        NODE_OPTIONS: `--import=${path.join(import.meta.dirname, "throwing-calls.ts")}`,
        [VICTIM_PORTS]: JSON.stringify({
          calls: ports.get(VICTIM_HOSTS.calls),
          handlers: ports.get(VICTIM_HOSTS.handlers),
        }),
      }),
    });
    const { port } = fuzzed;
    return {
      fuzzed,
      async run({ injection, victim, innocent }) {
        const at = { port, host: VICTIM_HOSTS[injection], tag: nextTag(), net: VICTIM_NETS[injection] };
        const [hurt, fault] = await Promise.all([
          runExchange({ connections: [victim] }, ofVictims, at),
          runExchange({ connections: [innocent] }, log, { port, host: HOST, tag: nextTag() }),
        ]);
        if (fault !== undefined) return { ...fault, rule: `beside a victim: ${fault.rule}` };
        const isHanging = injection === "calls" && hurt?.rule.includes("hangs") === true;
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
  describe({ injection, victim, innocent }) {
    const shown = describeExchange({ connections: [victim] }, VICTIM_HOSTS[injection]);
    return `a victim by ${injection}:\n${shown}\nbeside it:\n${describeExchange({ connections: [innocent] }, HOST)}`;
  },
  size: ({ victim, innocent }) => exchangeSize({ connections: [victim, innocent] }),
};
