import { EngineError, type News, type OnChange, type Probe } from "../../src/lifecycle/ports.ts";
import type { ModelClock } from "./model-clock.ts";
import { createModelEngine } from "./model-engine.ts";
import { createModelProbe } from "./model-probe.ts";
import { bearAgain, born, noteUpdate, type Truth } from "./model-truth.ts";
import { useAnew } from "./model-usage.ts";

/** The containers, the engine that runs them, and everybody else who has a hand in it. */
export interface World {
  /** The engine for a new life of the gateway. */
  begin(): ReturnType<typeof createModelEngine>;
  readonly probe: Probe;
  of(name: string): Truth;
  answers(truth: Truth): boolean;
  /** The life cycle cannot know yet how it stands with this container. */
  isUnreported(truth: Truth): boolean;
  /** Somebody else does something to it. */
  meddle(name: string, what: Meddling): void;
  reachable(up: boolean): void;
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

export function createWorld(deps: {
  clock: ModelClock;
  names: readonly string[];
  /** How long the engine takes to answer, and how late it tells of a change. */
  latencyMs: number;
  eventDelayMs: number;
  note: (line: string) => void;
  /** True while the life cycle wakes it: who starts it then does so together with us. */
  isWaking: (name: string) => boolean;
  /** Called at each order, right before it is carried out. */
  onStart: (truth: Truth) => void;
  onStop: (truth: Truth) => void;
  onThrottle: (truth: Truth) => void;
}): World {
  const { clock, latencyMs, eventDelayMs, note } = deps;
  const truths = new Map<string, Truth>();
  const unreported = new Map<string, number>();
  const missed = new Set<string>();
  const reportedAtMs = new Map<string, number>();
  const graceMs = 30 * latencyMs;
  let watcher: { onChange: OnChange; link: (up: boolean) => void } | undefined;
  let up = true;
  let ids = 0;
  let runs = 0;
  for (const name of deps.names) truths.set(name, born(name, ++ids));

  const world: World = {
    begin,
    probe: createModelProbe({ clock, latencyMs, truths, answers, isBusy: () => world.busy }),
    of,
    answers,
    isUnreported,
    meddle,
    reachable,
    busy: false,
    calls: 0,
  };

  function of(name: string): Truth {
    const truth = truths.get(name);
    if (truth === undefined) throw new EngineError("absent", `no container "${name}"`);
    return truth;
  }

  function answers(truth: Truth): boolean {
    return truth.status === "running" && !truth.dying && clock.now() >= truth.answersAtMs;
  }

  function isUnreported({ name, version, knownVersion, knownAtMs }: Truth): boolean {
    // A further change may have been reported meanwhile, so that it is observed once more before anything is done.
    if (version === knownVersion) return clock.now() <= knownAtMs + 8 * latencyMs;
    if (missed.has(name) || (unreported.get(name) ?? 0) > 0) return true;
    return clock.now() <= (reportedAtMs.get(name) ?? -1) + graceMs;
  }

  /** `news` is what the engine says of the change beside the name. */
  function changed(name: string, ...news: readonly News[]): void {
    of(name).version += 1;
    unreported.set(name, (unreported.get(name) ?? 0) + 1);
    const report = (): void => {
      unreported.set(name, (unreported.get(name) ?? 1) - 1);
      reportedAtMs.set(name, clock.now());
      if (watcher === undefined) return; // it is asked about when the next life of the gateway begins
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
    if (!now) for (const truth of truths.values()) if (isUnreported(truth)) missed.add(truth.name);
    watcher?.link(now);
    if (!now) return;
    for (const name of missed) reportedAtMs.set(name, clock.now());
    missed.clear();
    watcher?.onChange();
  }

  function run(truth: Truth, by: Truth["startedBy"]): void {
    if (truth.status === "absent" || truth.status === "running") return;
    const goesOn = truth.status === "paused";
    truth.status = "running";
    truth.refusalReportedMs = Infinity;
    truth.stoppedByOther = false;
    useAnew(truth, clock.now(), !goesOn);
    if (goesOn && by !== "us") truth.startedBy = "unclear"; // who lets it go on makes it theirs, who started it or not
    if (!goesOn) {
      const { listenMs, endsAfterMs, exitCode } = truth.behaviour;
      const startedAtMs = clock.now() + (runs += 1) / 1_000; // no two runs begin at the very same moment
      const startedWallMs = startedAtMs - clock.now() + clock.wall();
      Object.assign(truth, {
        startedBy: by,
        startedAtMs,
        startedWallMs,
        answersAtMs: clock.now() + listenMs,
        exit: undefined,
      });
      if (endsAfterMs !== undefined) {
        clock.later(endsAfterMs, () => {
          if (truth.startedAtMs === startedAtMs && truth.status === "running" && !truth.dying) end(truth, exitCode);
        });
      }
    }
    if (goesOn) changed(truth.name);
    else changed(truth.name, { kind: "started" });
  }

  function end(truth: Truth, code: number, ordered = false): void {
    if (truth.status !== "running" && truth.status !== "paused") return;
    note(`${truth.name} has ended with ${code}`);
    truth.status = truth.autoRemove ? "absent" : "stopped";
    truth.dying = false;
    truth.exit = { code, oomKilled: false, message: "", atMs: clock.wall() };
    if (truth.autoRemove) changed(truth.name, { kind: "ended", ordered }, { kind: "removed" });
    else changed(truth.name, { kind: "ended", ordered });
  }

  /** Somebody else's stop: word of the order comes before its end, which takes its time. */
  function endOrdered(truth: Truth): void {
    const { stopMs } = truth.behaviour;
    if (stopMs === 0 || truth.status !== "running" || truth.dying) return end(truth, 0, true);
    const { startedAtMs } = truth;
    truth.dying = true;
    changed(truth.name, { kind: "ending" });
    clock.later(stopMs, () => {
      if (truth.startedAtMs === startedAtMs) end(truth, 0, true);
    });
  }

  function freeze(truth: Truth): void {
    if (truth.status !== "running") return;
    truth.status = "paused";
    changed(truth.name);
  }

  function meddle(name: string, what: Meddling): void {
    const truth = of(name);
    const isShared = truth.startsUnderWay > 0 || deps.isWaking(name) || isUnreported(truth);
    if (isShared) truth.startedBy = "unclear";
    switch (what) {
      case "stop":
        return endOrdered(truth);
      case "kill":
        return end(truth, 137);
      case "start":
        return run(truth, isShared ? "unclear" : "outside");
      case "restart": {
        const by = isShared || truth.status === "running" ? "unclear" : "outside";
        end(truth, 0, true);
        return run(truth, by);
      }
      case "pause":
        return freeze(truth);
      case "remove":
        if (truth.status === "absent") return undefined;
        truth.status = "absent";
        return changed(name, { kind: "removed" });
      case "recreate":
      case "recreate --rm":
        bearAgain(truth, ++ids, what === "recreate --rm");
        return changed(name, { kind: "removed" }, { kind: "made" });
      case "deafen": // without any event: only a request can find it out
        truth.answersAtMs = Infinity;
        truth.refusalReportedMs = Infinity;
    }
  }

  function begin(): ReturnType<typeof createModelEngine> {
    watcher = undefined;
    for (const truth of truths.values()) truth.leftAloneUntilMs = -1;
    return createModelEngine({
      ...deps,
      truths,
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
      onCall: () => void (world.calls += 1),
    });
  }

  return world;
}
