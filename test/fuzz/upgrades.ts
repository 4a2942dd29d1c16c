import { excerpt } from "./escape.ts";
import type { Fault } from "./exchange-run.ts";
import { startFuzzedGateway } from "./fuzzed-gateway.ts";
import type { Kind } from "./kind.ts";
import { valuesOf } from "./strict-reader.ts";
import { createTags } from "./tags.ts";
import { drawTunnel, smallerTunnels, type TunnelPlan } from "./tunnel-plan.ts";
import { runTunnel, type TunnelRun } from "./tunnel-run.ts";
import { ID_FIELD } from "./wire-request.ts";

/** Upgraded connections: early bytes, half-closes and resets in both directions. */
export const UPGRADES: Kind<TunnelPlan> = {
  name: "upgrades",
  lanes: 8,
  draw: drawTunnel,
  async open(t) {
    const runs = new Map<string, TunnelRun>();
    const strays: Fault[] = [];
    const nextTag = createTags();
    const fuzzed = await startFuzzedGateway(t, {
      apps: {
        "app.local": {
          onFault: (fault, bytes) =>
            strays.push({ rule: "the app read what is no request", detail: `${fault}: ${excerpt(bytes)}` }),
          onRequest(request, connection) {
            const run = runs.get(valuesOf(request, ID_FIELD)[0] ?? "");
            if (run === undefined) connection.socket.destroy(); // its client has given up
            else run.agree(connection);
          },
        },
      },
    });
    return {
      fuzzed,
      async run(plan) {
        const id = nextTag();
        const run = runTunnel(plan, id, fuzzed.port);
        runs.set(id, run);
        const fault = await run.over;
        runs.delete(id);
        return fault ?? strays.shift();
      },
    };
  },
  smaller: smallerTunnels,
  describe: (plan) => JSON.stringify(plan),
  size: () => ({ connections: 1, requests: 1 }),
};
