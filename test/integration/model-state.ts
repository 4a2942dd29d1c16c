import { EngineError, type News, type OnChange, type Probe } from "../../src/lifecycle/ports.ts";
import type { ModelClock } from "./model-clock.ts";
import { createModelEngine } from "./model-engine.ts";
import { createModelProbe } from "./model-probe.ts";
import { bearAgain, born, noteUpdate, type EngineState } from "./model-engine-state.ts";
import { startUse } from "./model-usage.ts";

/** The containers, the engine that runs them, and everybody else who has a hand in it. */
export interface Model {
  /** The engine for a new life of the gateway. */
  begin(): ReturnType<typeof createModelEngine>;
  readonly probe: Probe;
  of(name: string): EngineState;
  answers(actual: EngineState): boolean;
  /** The life cycle cannot know yet how it stands with this container. */
  isUnreported(actual: EngineState): boolean;
  /** Somebody else does something to it. */
  meddle(name: string, what: Meddling): void;
  reachable(up: boolean): void;
  isReachable(): boolean;
  busy: boolean;
  calls: number;
}

export type Meddling =
  | "stop"
  | "kill"
  | "start"
  | "restart"
  | "pause"
  | "remove"
  | "recreate"
  | "recreate --rm"
  | "deafen";

export function createModel(deps: {
  clock: ModelClock;
  names: readonly string[];
  /** How long the engine takes to answer, and how late it reports a change. */
  latencyMs: number;
  eventDelayMs: number;
  note: (line: string) => void;
  /** True while the life cycle wakes it: who starts it then does so together with us. */
  isWaking: (name: string) => boolean;
  /** Called at each order, right before it is carried out. */
  onStart: (actual: EngineState) => void;
  onStop: (actual: EngineState) => void;
  onThrottle: (actual: EngineState) => void;
}): Model {
  const { clock, latencyMs, eventDelayMs, note } = deps;
  const actuals = new Map<string, EngineState>();
  const unreported = new Map<string, number>();
  const missed = new Set<string>();
  const reportedAtMs = new Map<string, number>();
  const graceMs = 30 * latencyMs;
  let watcher: { onChange: OnChange; link: (up: boolean) => void } | undefined;
  let up = true;
  let ids = 0;
  let runs = 0;
  for (const name of deps.names) actuals.set(name, born(name, ++ids));

  const model: Model = {
    begin,
    probe: createModelProbe({ clock, latencyMs, actuals, answers, isBusy: () => model.busy }),
    of,
    answers,
    isUnreported,
    meddle,
    reachable,
    isReachable: () => up,
    busy: false,
    calls: 0,
  };

  function of(name: string): EngineState {
    const actual = actuals.get(name);
    if (actual === undefined) throw new EngineError("absent", `no container "${name}"`);
    return actual;
  }

  function answers(actual: EngineState): boolean {
    return actual.status === "running" && !actual.dying && clock.now() >= actual.answersAtMs;
  }

  function isUnreported({ name, version, knownVersion, knownAtMs }: EngineState): boolean {
    // A further change may have been reported meanwhile, so that it is observed once more before anything is done.
    if (version === knownVersion) return clock.now() <= knownAtMs + 8 * latencyMs;
    if (missed.has(name) || (unreported.get(name) ?? 0) > 0) return true;
    return clock.now() <= (reportedAtMs.get(name) ?? -1) + graceMs;
  }

  /** `news` is what the engine reports about the change in addition to the name. */
  function changed(name: string, ...news: readonly News[]): void {
    of(name).version += 1;
    unreported.set(name, (unreported.get(name) ?? 0) + 1);
    const report = (): void => {
      unreported.set(name, (unreported.get(name) ?? 1) - 1);
      reportedAtMs.set(name, clock.now());
      if (watcher === undefined) return; // it is observed when the next run of the gateway begins
      if (!up) return void missed.add(name);
      if (news.length === 0) watcher.onChange(name);
      for (const one of news) watcher?.onChange(name, noteUpdate(of(name), one, clock.now()));
    };
    if (eventDelayMs > 0) clock.later(eventDelayMs, report);
    else report();
  }

  function reachable(now: boolean): void {
    if (now === up) return;
    up = now;
    note(now ? "the engine is back" : "the engine is lost");
    if (!now) for (const actual of actuals.values()) if (isUnreported(actual)) missed.add(actual.name);
    watcher?.link(now);
    if (!now) return;
    for (const name of missed) reportedAtMs.set(name, clock.now());
    missed.clear();
    watcher?.onChange();
  }

  function run(actual: EngineState, by: EngineState["startedBy"]): void {
    if (actual.status === "absent" || actual.status === "running") return;
    const goesOn = actual.status === "paused";
    actual.status = "running";
    actual.refusalReportedMs = Infinity;
    actual.stoppedByOther = false;
    startUse(actual, clock.now(), !goesOn);
    if (goesOn && by !== "us") actual.startedBy = "unclear"; // who lets it go on makes it theirs, who started it or not
    if (!goesOn) {
      const { listenMs, endsAfterMs, exitCode } = actual.behaviour;
      const startedAtMs = clock.now() + (runs += 1) / 1_000; // no two runs begin at the very same moment
      const startedWallMs = startedAtMs - clock.now() + clock.wall();
      Object.assign(actual, {
        startedBy: by,
        startedAtMs,
        startedWallMs,
        answersAtMs: clock.now() + listenMs,
        exit: undefined,
      });
      if (endsAfterMs !== undefined) {
        clock.later(endsAfterMs, () => {
          if (actual.startedAtMs === startedAtMs && actual.status === "running" && !actual.dying) end(actual, exitCode);
        });
      }
    }
    if (goesOn) changed(actual.name);
    else changed(actual.name, { kind: "started" });
  }

  function end(actual: EngineState, code: number, ordered = false): void {
    if (actual.status !== "running" && actual.status !== "paused") return;
    note(`${actual.name} has ended with ${code}`);
    actual.status = actual.autoRemove ? "absent" : "stopped";
    actual.dying = false;
    actual.exit = { code, oomKilled: false, message: "", atMs: clock.wall() };
    if (actual.autoRemove) changed(actual.name, { kind: "ended", ordered }, { kind: "removed" });
    else changed(actual.name, { kind: "ended", ordered });
  }

  /** Somebody else's stop: word of the order comes before its end, which takes its time. */
  function endOrdered(actual: EngineState): void {
    const { stopMs } = actual.behaviour;
    if (stopMs === 0 || actual.status !== "running" || actual.dying) return end(actual, 0, true);
    const { startedAtMs } = actual;
    actual.dying = true;
    changed(actual.name, { kind: "ending" });
    clock.later(stopMs, () => {
      if (actual.startedAtMs === startedAtMs) end(actual, 0, true);
    });
  }

  /** Returns what is reported: one that runs is killed first. */
  function remove(actual: EngineState): News[] {
    const { status } = actual;
    actual.status = "absent";
    if (status === "absent") return [];
    return status === "stopped" ? [{ kind: "removed" }] : [{ kind: "ended", ordered: true }, { kind: "removed" }];
  }

  function freeze(actual: EngineState): void {
    if (actual.status !== "running") return;
    actual.status = "paused";
    changed(actual.name);
  }

  function meddle(name: string, what: Meddling): void {
    const actual = of(name);
    const isShared = actual.startsInProgress > 0 || deps.isWaking(name) || isUnreported(actual);
    if (isShared) actual.startedBy = "unclear";
    switch (what) {
      case "stop":
        return endOrdered(actual);
      case "kill":
        return end(actual, 137);
      case "start":
        return run(actual, isShared ? "unclear" : "outside");
      case "restart": {
        const by = isShared || actual.status === "running" ? "unclear" : "outside";
        end(actual, 0, true);
        return run(actual, by);
      }
      case "pause":
        return freeze(actual);
      case "remove":
        if (actual.status !== "absent") changed(name, ...remove(actual));
        return undefined;
      case "recreate":
      case "recreate --rm": {
        const news = remove(actual);
        bearAgain(actual, ++ids, what === "recreate --rm");
        return changed(name, ...news, { kind: "made" });
      }
      case "deafen": // without any event: only a request can find it out
        actual.answersAtMs = Infinity;
        actual.refusalReportedMs = Infinity;
    }
  }

  function begin(): ReturnType<typeof createModelEngine> {
    watcher = undefined;
    for (const actual of actuals.values()) actual.leftAloneUntilMs = -1;
    return createModelEngine({
      ...deps,
      actuals,
      of,
      isUnreported,
      isUp: () => up,
      run,
      end,
      freeze,
      watch(onChange, link) {
        watcher = { onChange, link };
        onChange();
      },
      onCall: () => void (model.calls += 1),
    });
  }

  return model;
}
