import type { Settings, WorkloadSettings } from "../../src/core/settings.ts";
import type { Schedule } from "../../src/lifecycle/workload/schedule.ts";
import { settingsOf } from "./settings.ts";

export const NAMES = ["app", "db", "a", "b", "job"] as const;
export const HOLD_MS = 2_000;
export const START_TIMEOUT_MS = 400;
const PERIOD_MS = 30_000;
const OPEN_MS = 20_000;

type Part = Partial<WorkloadSettings> & { name: string };

const app: Part = {
  name: "app",
  idleTimeoutMs: 5_000,
  startTimeoutMs: START_TIMEOUT_MS,
  holdTimeoutMs: HOLD_MS,
  maxPending: 5,
};
const db: Part = { name: "db", hosts: [], startTimeoutMs: START_TIMEOUT_MS };
const member: Part = {
  name: "a",
  hosts: [],
  idleTimeoutMs: 3_000,
  startTimeoutMs: START_TIMEOUT_MS,
  holdTimeoutMs: HOLD_MS,
};
const members: readonly Part[] = [member, { ...member, name: "b" }];
const lasting = members.map((part) => ({ ...part, minUptimeMs: 6_000 }));
const needsDb: Part = { ...app, dependsOn: [{ name: "db", condition: "healthy" }] };
const web = { name: "web", members: ["a", "b"] };
const gateway = { discoveryIntervalMs: 3_600_000, maxPending: 6, holdTimeoutMs: HOLD_MS };
const ignore = { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 as const };
const job: Part = { name: "job", hosts: [], targetPort: undefined, startTimeoutMs: START_TIMEOUT_MS };

const watched: Part = { ...app, idleSignal: "traffic", throttleAfterMs: 1_000, pauseAfterMs: 2_500 };

/** Which of them throttles. */
export const THROTTLING = 5;

/** What reloads switch between; the first one is also what every run ends with. */
export const VARIANTS: readonly Settings[] = [
  settingsOf([needsDb, db, member, { ...member, name: "b", wakeAfterStop: "started" }, job], {
    gateway,
    groups: [web],
  }),
  settingsOf([{ ...app, busyPath: "/busy", minUptimeMs: 1_000, ignore }, db, ...lasting, job], {
    gateway,
    groups: [{ ...web, targetConcurrency: 1 }],
  }),
  settingsOf([db, member, job], { gateway, groups: [{ ...web, members: ["a"] }] }),
  settingsOf(
    [
      {
        ...app,
        schedule: { start: "x", stop: "x", timezone: "UTC" },
        dependsOn: [{ name: "db", condition: "started" }],
      },
      db,
      ...members.map((part) => ({ ...part, pauseAfterMs: 1_500 })),
      job,
    ],
    { gateway, groups: [web] },
  ),
  settingsOf([{ ...needsDb, dependsOn: [...needsDb.dependsOn!, { name: "job", condition: "completed" }] }, db, job], {
    gateway,
  }),
  settingsOf(
    [watched, { ...db, idleSignal: "cpu" }, { ...member, idleSignal: "connections" }, { ...member, name: "b" }, job],
    {
      gateway,
      groups: [web],
    },
  ),
  settingsOf([{ ...needsDb, wakeAfterStop: "started" }, { ...db, wakeAfterStop: "started" }, job], { gateway }),
];

/** A window that opens for 20 s of every 30 by the wall clock. */
export function createModelSchedule(): Schedule {
  const since = (wallMs: number): number => ((wallMs % PERIOD_MS) + PERIOD_MS) % PERIOD_MS;
  const nextStart = (wallMs: number): number => wallMs - since(wallMs) + PERIOD_MS;
  const nextStop = (wallMs: number): number =>
    wallMs - since(wallMs) + OPEN_MS + (since(wallMs) >= OPEN_MS ? PERIOD_MS : 0);
  return {
    isOpen: (wallMs) => since(wallMs) < OPEN_MS,
    next(wallMs) {
      const start = nextStart(wallMs);
      const stop = nextStop(wallMs);
      return start < stop ? { kind: "start", atMs: start } : { kind: "stop", atMs: stop };
    },
    nextStart,
  };
}
