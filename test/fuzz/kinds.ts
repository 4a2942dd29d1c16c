import type { TestContext } from "node:test";
import { ANSWERS } from "./answers.ts";
import { AUTH } from "./auth.ts";
import { FAULTS } from "./faults.ts";
import { fuzz, type FuzzOptions, type FuzzResult } from "./fuzz.ts";
import type { Kind } from "./kind.ts";
import { REQUESTS } from "./requests.ts";
import { UPGRADES } from "./upgrades.ts";

type Fuzzer = (t: TestContext, options: FuzzOptions) => Promise<FuzzResult>;

/** What fuzzes each kind of traffic. */
export const FUZZERS: ReadonlyMap<string, Fuzzer> = new Map([
  entry(REQUESTS),
  entry(ANSWERS),
  entry(AUTH),
  entry(UPGRADES),
  entry(FAULTS),
]);

function entry<Plan>(kind: Kind<Plan>): [string, Fuzzer] {
  return [kind.name, (t, options) => fuzz(t, kind, options)];
}
