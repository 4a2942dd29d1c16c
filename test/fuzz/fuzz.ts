import type { TestContext } from "node:test";
import { createCaseRunner, crash, tailOf } from "./case-runner.ts";
import type { Fault } from "./exchange-run.ts";
import type { Kind, Opened } from "./kind.ts";
import { createRandom } from "./random.ts";
import { shrink } from "./shrink.ts";

export interface FuzzOptions {
  readonly seed: string;
  readonly seconds: number;
  /** Goes on behind a finding, and reports each rule once. */
  readonly all?: boolean;
  readonly say: (line: string) => void;
}

/** What a run has done and found. */
export interface FuzzResult {
  readonly cases: number;
  readonly connections: number;
  readonly requests: number;
  readonly findings: readonly string[];
}

/** Sends cases of a kind, each of which follows from the seed and its number, until time is over or a rule is broken. */
export async function fuzz<Plan>(t: TestContext, kind: Kind<Plan>, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, seconds, all = false, say } = options;
  const known = new Set<string>();
  const findings: string[] = [];
  const done = { cases: 0, connections: 0, requests: 0 };
  let deadline = performance.now() + seconds * 1_000;
  let next = 0;

  while (performance.now() < deadline) {
    const opening = performance.now();
    const opened = await kind.open(t);
    deadline += performance.now() - opening;
    const suspects = await round(opened);
    const { fuzzed } = opened;
    if (suspects.length === 0 && fuzzed.isAlive()) {
      await fuzzed.descriptorsReturn().catch((error: unknown) => report("descriptors are left open", String(error)));
    }
    await fuzzed.close();
    const began = performance.now();
    if (suspects.length > 0) await examine(suspects);
    deadline += performance.now() - began;
    if (findings.length > 0 && !all) break;
  }
  return { ...done, findings };

  /** Runs cases on one gateway until the time is up or one of them fails; returns the possible causes. */
  async function round({ run, fuzzed }: Opened<Plan>): Promise<Suspect<Plan>[]> {
    const inProgress = new Map<number, Plan>();
    let suspects: Suspect<Plan>[] = [];
    const lane = async (number: number): Promise<void> => {
      while (suspects.length === 0 && performance.now() < deadline) {
        const index = next++;
        const plan = kind.draw(createRandom(`${seed}/${index}`));
        inProgress.set(index, plan);
        const fault = await run(plan, number);
        count(plan);
        if (!fuzzed.isAlive()) {
          const ended = crash(fuzzed.gateway.log);
          if (suspects.length === 0) suspects = [...inProgress].map((entry) => suspect(entry, ended));
        } else if (fault !== undefined && !known.has(fault.rule)) {
          const detail = `${fault.detail}\n${tailOf(fuzzed.gateway.log)}`;
          suspects.push(suspect([index, plan], { ...fault, detail }));
        }
        inProgress.delete(index);
      }
    };
    await Promise.all(Array.from({ length: kind.lanes }, (_, number) => lane(number)));
    return suspects;
  }

  function count(plan: Plan): void {
    const { connections, requests } = kind.size(plan);
    done.cases += 1;
    done.connections += connections;
    done.requests += requests;
  }

  /** Finds the case that is to blame, and the smallest one like it. */
  async function examine(suspects: readonly Suspect<Plan>[]): Promise<void> {
    const fresh = suspects.filter(({ fault }) => !known.has(fault.rule));
    if (fresh.length === 0) return;
    const runner = createCaseRunner(t, kind);
    for (const { index, plan, fault } of fresh) {
      if (known.has(fault.rule)) continue;
      const again = await runner.fails(plan);
      if (again === undefined) continue;
      known.add(fault.rule).add(again.rule);
      let last = again;
      const fails = async (smaller: Plan): Promise<boolean> => {
        const found = await runner.fails(smaller);
        if (found?.rule !== again.rule) return false;
        last = found;
        return true;
      };
      const smallest = await shrink(plan, kind.smaller, fails, { ms: 60_000, runs: 300 });
      report(last.rule, `${last.detail}\n${kind.describe(smallest)}`, index);
    }
    await runner.close();
    for (const { index, plan, fault } of fresh) {
      if (known.has(fault.rule) || fault.mayBeRace === true) continue;
      known.add(fault.rule);
      report(`${fault.rule} (not seen again when run alone)`, `${fault.detail}\n${kind.describe(plan)}`, index);
    }
  }

  function report(rule: string, detail: string, index?: number): void {
    const where = index === undefined ? "" : `, case ${index}`;
    const text = `${kind.name}, seed ${seed}${where}: ${rule}\n${detail}`;
    findings.push(text);
    const spent = Math.round(seconds - (deadline - performance.now()) / 1_000);
    say(`after ${spent} s and ${done.connections} connections: ${text}`);
  }
}

interface Suspect<Plan> {
  readonly index: number;
  readonly plan: Plan;
  readonly fault: Fault;
}

function suspect<Plan>([index, plan]: readonly [number, Plan], fault: Fault): Suspect<Plan> {
  return { index, plan, fault };
}
