import type { TestContext } from "node:test";
import { endpointsOf, type Observation } from "../../src/core/observation.ts";
import type { Engine, News, WorkloadRef } from "../../src/lifecycle/ports.ts";
import { cleanup } from "../support/cleanup.ts";
import { waitUntil } from "../support/wait-until.ts";

/** A program that stands still until an engine starts it. */
export type Program =
  /** `test/support/images/app.mjs`, set up by its environment. */
  | { readonly kind: "app"; readonly env?: Readonly<Record<string, string>> }
  /** A script of `sh` with busybox's usual commands. */
  | { readonly kind: "shell"; readonly script: string };

/** One engine as the contract sees it. */
export interface Subject {
  readonly engine: Engine;
  /** A stopped workload under a new name. */
  readonly create: (program: Program) => Promise<WorkloadRef>;
  /** A name that means nothing to the engine. */
  readonly missing: WorkloadRef;
  /** Whether a program has ended, where the workload is still to run after it; default: it is stopped. */
  readonly hasEnded?: (seen: Observation) => boolean;
}

/** Creates a subject that is removed when the test ends; `undefined` when the test was skipped. */
export type MakeSubject = (t: TestContext) => Promise<Subject | undefined>;

/** Rules that an engine cannot keep, by their titles, with the reason. */
export type Gaps = Readonly<Record<string, string>>;

/** What `watch` reports, to be awaited. */
export interface Watched {
  readonly changes: (string | undefined)[];
  /** What it reported about workloads, with their names. */
  readonly news: { readonly name: string | undefined; readonly news: News }[];
  readonly links: boolean[];
  /** Resolves at a notification for this name after the ones seen so far. */
  readonly notified: (name: string | undefined) => Promise<void>;
  readonly stop: () => void;
}

/** Watches until the test ends; resolves when the link is up. */
export async function watchEngine(t: TestContext, engine: Engine): Promise<Watched> {
  const ending = new AbortController();
  cleanup(t, () => ending.abort());
  const changes: (string | undefined)[] = [];
  const told: Watched["news"] = [];
  const links: boolean[] = [];
  engine.watch(
    (name, news) => {
      changes.push(name);
      if (news !== undefined) told.push({ name, news });
    },
    (up) => links.push(up),
    ending.signal,
  );
  let seen = 0;
  const notified = async (name: string | undefined): Promise<void> => {
    await waitUntil(() => changes.includes(name, seen), 5_000, `a notification for ${name}`);
    seen = changes.indexOf(name, seen) + 1;
  };
  await waitUntil(() => links.at(-1), 5_000, "the link");
  return { changes, news: told, links, notified, stop: () => ending.abort() };
}

/** Resolves when something that was started has an address: an orchestrator makes instances after the start. */
export function untilReachable(engine: Engine, ref: WorkloadRef): Promise<Observation> {
  return waitUntil(async () => {
    const seen = await engine.observe(ref);
    return seen.startedAtMs !== undefined && endpointsOf(seen).length > 0 ? seen : undefined;
  });
}

/** Whether a program has ended by itself. */
export function hasEnded(subject: Subject, seen: Observation): boolean {
  return subject.hasEnded?.(seen) ?? seen.status === "stopped";
}

/** Resolves with what is observed when a program has ended by itself. */
export function untilEnded(subject: Subject, ref: WorkloadRef): Promise<Observation> {
  return waitUntil(
    async () => {
      const seen = await subject.engine.observe(ref);
      return hasEnded(subject, seen) ? seen : undefined;
    },
    10_000,
    "the end of the program",
  );
}
