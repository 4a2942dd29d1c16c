/**
 * The life cycle in random lives: clients that send requests and disconnect, people who start and stop the containers, apps that crash
 * or come up late, an engine that is slow, refuses, or is lost, orders, pins, suspensions, reloads and clocks that jump,
 * use that only counters show, a gateway that is restarted or killed, and a state file that keeps nothing; against an
 * observer that knows the state of the engine (model-expected.ts). A failure prints the shortest life that breaks a rule, with its story and
 * its seed; `DAG_MODEL_SEED=… npm test -- lifecycle-model` lives it again, `DAG_MODEL_SEED=random` lives others than every
 * day's, and `DAG_MODEL_RUNS` sets how many are lived.
 *
 * `npm run mutants` plants faults into the life cycle, one at a time, and fails unless this test finds every one of them.
 */
import { test } from "node:test";
import fc from "fast-check";
import { plans } from "./model-commands.ts";
import { runPlan } from "./model-run.ts";

const numRuns = Number(process.env["DAG_MODEL_RUNS"] ?? 1_000);
const seed = process.env["DAG_MODEL_SEED"] ?? "20261129";

test(`in ${numRuns} random lives no rule is broken`, async () => {
  await fc.assert(fc.asyncProperty(plans, runPlan), {
    numRuns,
    endOnFailure: process.env["DAG_MODEL_SHRINK"] === "no",
    ...(seed !== "random" && { seed: Number(seed) }),
  });
});
