import type { ScalableObject } from "./api-types.ts";

/** Recognises somebody who scales up again what the gateway has stopped, such as Argo CD with `replicas` in its manifests. */
export interface ScaleBacks {
  /** Our own write of this count is on its way, so that the event about it is no news. */
  expect(name: string, replicas: number): void;
  /** The last write was refused. */
  forget(name: string): void;
  /** Takes a change of the count; returns whether somebody else has made it. */
  note(
    from: number,
    now: { readonly name: string; readonly replicas: number; readonly owner: string | undefined },
  ): boolean;
  /** Why it is not stopped for now; `undefined`: it may be. */
  refusal(name: string): string | undefined;
}

interface Memory {
  /** Counts that we have written, oldest first, whose events have not arrived. */
  readonly expected: number[];
  stoppedAtMs: number;
  times: number;
  owner: string;
  untilMs: number;
}

const WITHIN_MS = 60_000;
const MOST_TIMES = 2;
const REST_MS = 3_600_000;

/** Makes the memory of who scales back. */
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
      // A busy API server may report a wake after the stop that followed it, and a list shows only the last write.
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

/** Returns who has written `spec.replicas`; a scale through the subresource from 0 leaves no name. */
export function ownerOfReplicas({ metadata }: Pick<ScalableObject, "metadata">): string | undefined {
  const owners = (metadata.managedFields ?? []).filter(({ fieldsV1 }) => fieldsV1?.["f:spec"]?.["f:replicas"]);
  return owners.at(-1)?.manager || undefined;
}
