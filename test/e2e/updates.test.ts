import assert from "node:assert/strict";
import { describe } from "node:test";
import { onDocker } from "../support/sleeping.ts";
import { openUpdateStand, type RoundReport, type UpdateStand } from "../support/update-stand.ts";

/** More for a measurement: `UPDATE_ROUNDS=20`. */
const ROUNDS = Number(process.env["UPDATE_ROUNDS"] ?? 2);

/** How people update, and how the tools do it that they have. */
const RECIPES: Readonly<
  Record<string, { by: "run" | "compose"; update: (stand: UpdateStand, n: number) => Promise<void> }>
> = {
  "docker compose up -d --force-recreate": {
    by: "compose",
    update: ({ type }) => type("docker compose up -d --force-recreate"),
  },
  "docker compose up -d after a change": {
    by: "compose",
    update: ({ type }, n) => type(`GENERATION=${n} docker compose up -d`),
  },
  "docker compose restart": { by: "compose", update: ({ type }) => type("docker compose restart") },
  "docker restart": { by: "run", update: ({ type, name }) => type(`docker restart ${name}`) },
  "docker stop; docker rm; docker run": {
    by: "run",
    async update({ type, name, runArguments }, n) {
      await type(`docker stop ${name}`);
      await type(`docker rm ${name}`);
      await type(`docker run -d ${runArguments(n)}`);
    },
  },
  "docker kill; docker rm; docker run": {
    by: "run",
    async update({ type, name, runArguments }, n) {
      await type(`docker kill ${name}`);
      await type(`docker rm ${name}`);
      await type(`docker run -d ${runArguments(n)}`);
    },
  },
  "stop, rename, create, start, remove": {
    by: "run",
    async update({ type, name, runArguments }, n) {
      await type(`docker stop ${name}`);
      await type(`docker rename ${name} ${name}-old`);
      await type(`docker create ${runArguments(n)}`);
      await type(`docker start ${name}`);
      await type(`docker rm ${name}-old`);
    },
  },
};

describe("under traffic, neither clients nor tools notice", { concurrency: false }, () => {
  for (const [title, { by, update }] of Object.entries(RECIPES)) {
    onDocker(title, async (t, docker) => {
      const stand = await openUpdateStand(t, docker);
      if (stand === undefined) return;
      await stand.up(by);
      const reports: RoundReport[] = [];
      for (let n = 1; n <= ROUNDS; n += 1) reports.push(await stand.round(() => update(stand, n)));
      t.diagnostic(summaryOf(reports));
      for (const { failed, faults, lost, repeated, leftovers, together, posts } of reports) {
        assert.deepEqual({ failed, faults, lost, repeated, leftovers, together }, FLAWLESS);
        assert.ok(posts.length > 3);
      }
    });
  }
});

const FLAWLESS = { failed: [], faults: [], lost: 0, repeated: 0, leftovers: [], together: [] };

function summaryOf(reports: readonly RoundReport[]): string {
  const count = (of: (report: RoundReport) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
  return JSON.stringify({
    rounds: reports.length,
    gets: count(({ gets }) => gets),
    posts: count(({ posts }) => posts.length),
    failedCommands: count(({ failed }) => failed.length),
    faults: count(({ faults }) => faults.length),
    lost: count(({ lost }) => lost),
    repeated: count(({ repeated }) => repeated),
    leftovers: count(({ leftovers }) => leftovers.length),
    together: count(({ together }) => together.length),
    longestMs: Math.round(Math.max(...reports.map(({ longestMs }) => longestMs))),
  });
}
