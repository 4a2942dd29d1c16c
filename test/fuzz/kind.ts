import type { TestContext } from "node:test";
import type { Fault } from "./exchange-run.ts";
import type { FuzzedGateway } from "./fuzzed-gateway.ts";
import type { Random } from "./random.ts";

/** A kind of traffic: how it is drawn, sent, judged and made smaller. */
export interface Kind<Plan> {
  readonly name: string;
  /** How many cases are in progress at once. */
  readonly lanes: number;
  draw(random: Random): Plan;
  /** Starts the gateway that it needs. */
  open(t: TestContext): Promise<Opened<Plan>>;
  /** What may fail in the same way and is smaller, the smallest first. */
  smaller(plan: Plan): Iterable<Plan>;
  /** For a person: the bytes, escaped. */
  describe(plan: Plan): string;
  size(plan: Plan): { readonly connections: number; readonly requests: number };
}

/** A gateway that traffic of one kind can be sent to. */
export interface Opened<Plan> {
  readonly fuzzed: FuzzedGateway;
  /** Sends one case; resolves with the first rule that it saw broken. */
  run(plan: Plan, lane: number): Promise<Fault | undefined>;
}
