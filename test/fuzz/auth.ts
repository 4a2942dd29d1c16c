import { isAuthComplete, judgeAuth } from "./auth-judge.ts";
import { ASLEEP_HOST, makeQuestion, QUESTION_SHAPES, READY_HOSTS } from "./auth-question.ts";
import { runClient } from "./client.ts";
import { describeStep } from "./describe-exchange.ts";
import { drawConnection } from "./draw-connection.ts";
import { excerpt } from "./escape.ts";
import { type ConnectionPlan, smallerPlans } from "./exchange-plan.ts";
import { type Fault, stepsOf } from "./exchange-run.ts";
import { startFuzzedGateway } from "./fuzzed-gateway.ts";
import type { Kind } from "./kind.ts";
import { choicesOf, type Random } from "./random.ts";
import type { StrictAppDeps } from "./strict-app.ts";

interface AuthPlan {
  /** Sent from an address in `trusted_proxies`. */
  readonly isTrusted: boolean;
  readonly connection: ConnectionPlan;
}

/** Questions of front proxies, and of strangers, pipelined and split. */
export const AUTH: Kind<AuthPlan> = {
  name: "auth",
  lanes: 16,
  draw: (random) => ({
    isTrusted: random.chance(0.8),
    connection: drawConnection(random, drawShape, () => "plain", 6),
  }),
  async open(t) {
    const strays: Fault[] = [];
    const app: StrictAppDeps = {
      onFault: (fault, bytes) => strays.push({ rule: "an app was reached", detail: `${fault} ${excerpt(bytes)}` }),
      onRequest: ({ line }) => strays.push({ rule: "an app was reached", detail: line }),
    };
    const fuzzed = await startFuzzedGateway(t, {
      apps: Object.fromEntries(READY_HOSTS.map((host) => [host, app])),
      asleep: [ASLEEP_HOST],
      gateway: { trusted_proxies: ["127.0.0.0/9"] },
    });
    const upstreams = new Map([...fuzzed.apps].map(([host, { port }]) => [host, `127.0.0.1:${port}`]));
    return {
      fuzzed,
      async run({ isTrusted, connection }) {
        const questions = questionsOf(connection);
        const isOwnEnd = connection.leaving !== undefined;
        const received = await runClient({
          port: fuzzed.port,
          from: isTrusted ? "127.0.0.1" : "127.200.0.1",
          steps: stepsOf(connection, questions.map(({ bytes }) => bytes).join("")),
          isAll: (text) => isAuthComplete(questions, text),
        });
        return judgeAuth(questions, received, { isTrusted, isOwnEnd, upstreams }) ?? strays.shift();
      },
    };
  },
  *smaller({ isTrusted, connection }) {
    for (const { connections } of smallerPlans({ connections: [connection] })) {
      if (connections[0] !== undefined && isKnown(connections[0])) yield { isTrusted, connection: connections[0] };
    }
  },
  describe({ isTrusted, connection }) {
    const bytes = questionsOf(connection)
      .map((question) => question.bytes)
      .join("");
    const steps = stepsOf(connection, bytes).map((step) => `  ${describeStep(step)}`);
    return [`from ${isTrusted ? "a trusted peer" : "a stranger"}`, ...steps].join("\n");
  },
  size: ({ connection }) => ({ connections: 1, requests: connection.parts.length }),
};

function drawShape(random: Random): string {
  return random.pick(QUESTION_SHAPES);
}

/** The plainest request of the other kinds is none of these. */
function isKnown({ parts }: ConnectionPlan): boolean {
  return parts.every(({ request }) => QUESTION_SHAPES.includes(request.shape));
}

function questionsOf({ parts }: ConnectionPlan) {
  return parts.map(({ request }, at) => makeQuestion(request.shape, choicesOf(request.seed), `fz0000-0-${at}`));
}
