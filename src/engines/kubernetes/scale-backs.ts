import type { ScalableObject } from "./api-types.ts";

/** Detects tools that scale stopped workloads up again, such as Argo CD with `replicas` in its manifests. */
export interface ScaleBacks {
  /** Notes that the gateway is about to write this count, so that its event is not attributed to others. */
  expect(name: string, replicas: number): void;
  /** Notes that the last write was refused. */
  forget(name: string): void;
  /** Notes a change of the count; returns whether somebody else has made it. */
  note(
    from: number,
    now: { readonly name: string; readonly replicas: number; readonly owner: string | undefined },
  ): boolean;
  /** Returns why it is not stopped at present; `undefined` if it may be. */
  refusal(name: string): string | undefined;
}

interface Memory {
  /** The counts that we have written, oldest first, and whose events have not arrived yet. */
  readonly expected: number[];
  stoppedAtMs: number;
  times: number;
  owner: string;
  untilMs: number;
}

const WITHIN_MS = 60_000;
const MOST_TIMES = 2;
const REST_MS = 3_600_000;

/** Creates the detector. */
export function createScaleBacks(now: () => number = () => performance.now()): ScaleBacks {
  const memories = new Map<string, Memory>();

  function memoryOf(name: string): Memory {
    const known = memories.get(name) ?? {
      expected: [],
      stoppedAtMs: Number.NEGATIVE_INFINITY,
      times: 0,
      owner: "",
      untilMs: 0,
    };
    memories.set(name, known);
    return known;
  }

  return {
    expect(name, replicas) {
      const memory = memoryOf(name);
      memory.expected.push(replicas);
      if (replicas === 0) memory.stoppedAtMs = now();
    },
    forget(name) {
      memoryOf(name).expected.pop();
    },
    note(from, { name, replicas: to, owner }) {
      const memory = memoryOf(name);
      // A busy API server may report a wake only after the following stop, and a list shows only the last write.
      const ours = memory.expected.indexOf(to);
      if (ours !== -1) {
        memory.expected.splice(0, ours + 1);
        return false;
      }
      if (from !== 0 || to === 0) return true;
      const isSoon = now() - memory.stoppedAtMs < WITHIN_MS;
      memory.times = isSoon ? memory.times + 1 : 0;
      memory.owner = owner ?? "an unknown client";
      if (memory.times >= MOST_TIMES) {
        memory.untilMs = now() + REST_MS;
        memory.times = 0;
      }
      return true;
    },
    refusal(name) {
      const memory = memories.get(name);
      if (memory === undefined || memory.untilMs <= now()) return undefined;
      const minutes = Math.ceil((memory.untilMs - now()) / 60_000);
      return `${memory.owner} has scaled it up again twice within a minute of its stop: it is left running for ${minutes} minutes. Leave "replicas" out of its manifest`;
    },
  };
}

/** Returns the client that has written `spec.replicas`; the scale subresource records none for a scale from 0. */
export function ownerOfReplicas({ metadata }: Pick<ScalableObject, "metadata">): string | undefined {
  const owners = (metadata.managedFields ?? []).filter(({ fieldsV1 }) => fieldsV1?.["f:spec"]?.["f:replicas"]);
  return owners.at(-1)?.manager || undefined;
}
