import type { TestContext } from "node:test";
import type { Gateway } from "../support/gateway.ts";
import type { Fault } from "./exchange-run.ts";
import type { Kind, Opened } from "./kind.ts";

/** Runs one case at a time. */
export interface CaseRunner<Plan> {
  /** Resolves with the rule that the case breaks, be it in one of several tries. */
  fails(plan: Plan): Promise<Fault | undefined>;
  close(): Promise<void>;
}

/** Runs a case alone, a few times, on a gateway that it replaces when it has ended. */
export function createCaseRunner<Plan>(t: TestContext, kind: Kind<Plan>): CaseRunner<Plan> {
  let opened: Opened<Plan> | undefined;
  return {
    async fails(plan: Plan): Promise<Fault | undefined> {
      for (let time = 0; time < TIMES; time += 1) {
        opened ??= await kind.open(t);
        const fault = await opened.run(plan, 0);
        const { fuzzed } = opened;
        if (!fuzzed.isAlive()) {
          await fuzzed.close();
          opened = undefined;
          const ended = crash(fuzzed.gateway.log);
          return { ...ended, detail: tailOf(fuzzed.gateway.log) };
        }
        if (fault !== undefined) return { ...fault, detail: `${fault.detail}\n${tailOf(fuzzed.gateway.log)}` };
      }
      return undefined;
    },
    async close() {
      await opened?.fuzzed.close();
    },
  };
}

/** Races need more than one try. */
const TIMES = 5;

/** Returns the fault that ended the process, by its last output. */
export function crash(log: Gateway["log"]): Fault {
  const line = log.map(({ raw }) => raw).find((raw) => typeof raw === "string" && /^\w*Error\b/u.test(raw));
  return { rule: `the process ended: ${typeof line === "string" ? line : "without a word"}`, detail: "" };
}

/** Returns the last output of the gateway. */
export function tailOf(log: Gateway["log"]): string {
  return log
    .filter(({ event }) => event !== "engine")
    .slice(-20)
    .map((line) => `log: ${JSON.stringify(line)}\n`)
    .join("");
}
