import assert from "node:assert/strict";
import { test } from "node:test";
import { awaitsHealthCheck } from "./health-check.ts";
import { noInstances, type Observation } from "./observation.ts";

const RUN: Observation = {
  name: "app",
  id: "1",
  status: "running",
  health: "starting",
  image: "",
  ...noInstances(),
  startedAtMs: 100_000,
  exit: undefined,
};
const interval = (ms: number): Partial<Observation> => ({ firstCheckAfterMs: ms });

const cases: [rule: string, seen: Partial<Observation>, ranMs: number, awaits: boolean, sinceMs?: number][] = [
  ["no health check", { health: "none" }, 0, false],
  ["a healthy one", { health: "healthy" }, 0, false],
  ["an unhealthy one", { health: "unhealthy" }, 60_000, true],
  ["a check that has begun in this run", {}, 1_000, true],
  ["Docker's default interval, at once", interval(30_000), 0, false],
  ["the default interval, just before the first check", interval(30_000), 25_500, true],
  ["the first check when it is due and in progress", interval(30_000), 31_000, true],
  ["a short interval", interval(5_000), 0, true],
  ["an interval of 5 min, after 4 min", interval(300_000), 240_000, false],
  ["the interval from the end of a pause", interval(30_000), 600_000, false, 699_000],
];
for (const [rule, seen, ranMs, awaits, sinceMs = 0] of cases) {
  test(`${awaits ? "waits for" : "goes on without"} ${rule}`, () => {
    assert.equal(awaitsHealthCheck({ ...RUN, ...seen }, sinceMs, 100_000 + ranMs), awaits);
  });
}
