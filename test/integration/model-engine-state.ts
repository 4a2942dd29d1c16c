import { type Activity, noActivity } from "./model-usage.ts";
import type { News } from "../../src/lifecycle/ports.ts";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import {
  type ExitFacts,
  type InventoryItem,
  noInstances,
  type Observation,
  oneInstance,
} from "../../src/core/observation.ts";

/** The real state of one container, whatever was reported about it. */
export interface EngineState {
  readonly name: string;
  id: number;
  status: "absent" | "stopped" | "running" | "paused";
  /** A stop is in progress, ours or another's: requests that are sent to it are lost. */
  dying: boolean;
  /** Its engine deletes it when it ends (`--rm`). */
  autoRemove: boolean;
  /** The CPUs that are left to it. */
  cpus: number;
  readonly activity: Activity;
  startedAtMs: number;
  /** The same by the wall clock of its machine, as its engine tells it. */
  startedWallMs: number;
  /** From then on it answers. */
  answersAtMs: number;
  exit: ExitFacts | undefined;
  /** By us, or by somebody else; after both at once it is unknown. */
  startedBy: "us" | "outside" | "unclear";
  startsInProgress: number;
  /** Observations that were requested and have not arrived. */
  observationsInProgress: number;
  /** When it refused a connection and the life cycle was notified; `Infinity`: never. */
  refusalReportedMs: number;
  /** The life cycle knows of somebody else's stop or removal, which may be the first step of an update. */
  leftAloneUntilMs: number;
  /** The life cycle knows that somebody else has stopped it, and nobody has started it since. */
  stoppedByOther: boolean;
  /** Counts its changes; `knownVersion` is the version that the engine last reported, and when. */
  version: number;
  knownVersion: number;
  knownAtMs: number;
  behaviour: Behaviour;
}

export interface Behaviour {
  readonly startMs: number;
  readonly listenMs: number;
  /** It ends by itself so long after its start. */
  readonly endsAfterMs: number | undefined;
  readonly exitCode: number;
  readonly stopMs: number;
  readonly refusesStart: boolean;
  readonly refusesStop: boolean;
}

export const HEALTHY: Behaviour = {
  startMs: 0,
  listenMs: 20,
  endsAfterMs: undefined,
  exitCode: 0,
  stopMs: 0,
  refusesStart: false,
  refusesStop: false,
};

/** Each new container has a new address, as it may in earnest. */
export function hostOf({ name, id }: EngineState): string {
  return `${name}-${id}`;
}

/** What it is made with. */
export const OWN_CPUS = 2;

/** In words, for a rule that is broken. */
export function stateOf(actual: EngineState): string {
  if (actual.dying) return "is being stopped";
  return actual.status === "running" ? `answers from ${actual.answersAtMs} on` : `is ${actual.status}`;
}

/** One that was made and never started. */
export function born(name: string, id: number): EngineState {
  return {
    name,
    id,
    status: "stopped",
    dying: false,
    autoRemove: false,
    cpus: OWN_CPUS,
    activity: noActivity(),
    startedAtMs: -1,
    startedWallMs: -1,
    answersAtMs: Infinity,
    exit: undefined,
    startedBy: "us",
    startsInProgress: 0,
    observationsInProgress: 0,
    refusalReportedMs: Infinity,
    leftAloneUntilMs: -1,
    stoppedByOther: false,
    version: 0,
    knownVersion: 0,
    knownAtMs: -1,
    behaviour: HEALTHY,
  };
}

/** Another container takes its name. */
export function bearAgain(actual: EngineState, id: number, autoRemove: boolean): void {
  const { behaviour, startsInProgress, observationsInProgress, version, knownVersion, knownAtMs, leftAloneUntilMs } =
    actual;
  const inProgress = { startsInProgress, observationsInProgress };
  const kept = { behaviour, ...inProgress, version, knownVersion, knownAtMs, leftAloneUntilMs };
  Object.assign(actual, born(actual.name, id), kept, { autoRemove });
}

/** The life cycle hears of it now: a stop or a removal, what follows that, and a start that ends it. */
export function noteUpdate(actual: EngineState, news: News, nowMs: number): News {
  const isOrder = news.kind === "removed" || news.kind === "ending" || (news.kind === "ended" && news.ordered);
  actual.stoppedByOther = news.kind === "ended" ? news.ordered : actual.stoppedByOther && news.kind === "ending";
  if (news.kind === "started") actual.leftAloneUntilMs = -1;
  else if (isOrder || nowMs < actual.leftAloneUntilMs) actual.leftAloneUntilMs = nowMs + TRUCE_MS;
  return news;
}

/** Its entry in a list. */
export function itemOf(actual: EngineState): InventoryItem {
  const { name, status } = actual;
  return { name, id: `id-${actual.id}`, status, image: "", labels: {} };
}

/** The result of an inspection. */
export function observationOf(actual: EngineState): Observation {
  const { name, status, exit, startedWallMs } = actual;
  const up = status === "running" || status === "paused";
  return {
    name,
    id: status === "absent" ? "" : `id-${actual.id}`,
    status,
    health: "none",
    image: "",
    ...(up
      ? oneInstance(`id-${actual.id}`, [{ host: hostOf(actual), port: 80, published: false }], startedWallMs)
      : noInstances()),
    startedAtMs: up ? startedWallMs : undefined,
    exit: status === "stopped" ? exit : undefined,
    ...(actual.autoRemove && { autoRemove: true }),
  };
}
