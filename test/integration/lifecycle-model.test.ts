/**
 * The life cycle in random lives: people who ask, stay and leave, people who meddle with the containers, apps that crash
 * or come up late, an engine that is slow, refuses, or is lost, orders, pins, reloads and clocks that jump, against an
 * oracle that knows the truth (model-oracle.ts). A failure prints the shortest life that breaks a rule, with its story
 * and its seed; `DAG_MODEL_SEED=… npm test -- lifecycle-model` lives it again, `DAG_MODEL_RUNS` sets how many are lived.
 *
 * It was seen to fail with each of these faults, planted one at a time (in brackets: after how many lives):
 * - the drain does not wait for leases (6), idleness overlooks leases (2), dependents (158)
 * - run numbers are not compared and jobs not aborted (12); each of the two alone is made good by the other
 * - waiters are not settled (2), or only by success (20), or not forgotten when they leave (4); a place is not freed (1)
 * - the gate stays open (1), a refusal is overlooked (15), a restart under the same id (365)
 * - a second start beside one that hangs (3655), no retry after a cool-down (113)
 * - a failed one that runs is not stopped (60), a failed stop is tried again at once (110), a pin is overlooked (819)
 * - a workload that a reload removed still acts (421), one that came back has lost its leases (969)
 * - what somebody else stopped or removed is started at once (20)
 * - a dependency that fails is waited for (21), a nudge is left behind (1)
 */
import { test } from "node:test";
import fc from "fast-check";
import { plans } from "./model-commands.ts";
import { runPlan } from "./model-run.ts";

const isCi = process.env["CI"] === "true";
const numRuns = Number(process.env["DAG_MODEL_RUNS"] ?? (isCi ? 10_000 : 2_000));
const seed = process.env["DAG_MODEL_SEED"];

test(`in ${numRuns} random lives no rule is broken`, async () => {
  await fc.assert(fc.asyncProperty(plans, runPlan), {
    numRuns,
    ...(seed !== undefined && { seed: Number(seed) }),
  });
});
