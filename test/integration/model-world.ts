import { type Engine, EngineError, type News, type OnHint, type Probe } from "../../src/lifecycle/ports.ts";
import type { ModelClock } from "./model-clock.ts";
import { createModelProbe } from "./model-probe.ts";
import { bearAgain, born, itemOf, noteUpdate, observationOf, type Truth } from "./model-truth.ts";

/** The containers, the engine that runs them, and everybody else who has a hand in it. */
export interface World {
  readonly engine: Engine;
  readonly probe: Probe;
  of(name: string): Truth;
  answers(truth: Truth): boolean;
  /** The life cycle cannot know yet how it stands with this container. */
  isUntold(truth: Truth): boolean;
  /** Somebody else does something to it. */
  meddle(name: string, what: Meddling): void;
  reachable(up: boolean): void;
  busy: boolean;
  calls: number;
}

export type Meddling = "stop" | "kill" | "start" | "restart" | "pause" | "remove" | "recreate" | "deafen";

export function createWorld(deps: {
  clock: ModelClock;
  names: readonly string[];
  /** How long the engine takes to answer, and how late it tells of a change. */
  latencyMs: number;
  hintMs: number;
  note: (line: string) => void;
  /** True while the life cycle wakes it: who starts it then does so together with us. */
  isWaking: (name: string) => boolean;
  /** Called at each order, right before it is carried out. */
  onStart: (truth: Truth) => void;
  onStop: (truth: Truth) => void;
}): World {
  const { clock, latencyMs, hintMs, note } = deps;
  const truths = new Map<string, Truth>();
  const untold = new Map<string, number>();
  const missed = new Set<string>();
  const toldAtMs = new Map<string, number>();
  const graceMs = 30 * latencyMs;
  let watcher: { hint: OnHint; link: (up: boolean) => void } | undefined;
  let up = true;
  let ids = 0;
  let runs = 0;
  for (const name of deps.names) truths.set(name, born(name, ++ids));

  const world: World = {
    engine: createEngine(),
    probe: createModelProbe({ clock, latencyMs, truths, answers, isBusy: () => world.busy }),
    of,
    answers,
    isUntold,
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

  function isUntold({ name, version, knownVersion, knownAtMs }: Truth): boolean {
    // A further hint may have come meanwhile, so that it looks once more before it acts.
    if (version === knownVersion) return clock.now() <= knownAtMs + 8 * latencyMs;
    if (missed.has(name) || (untold.get(name) ?? 0) > 0) return true;
    return clock.now() <= (toldAtMs.get(name) ?? -1) + graceMs;
  }

  /** `news` is what the engine says of the change beside the name. */
  function changed(name: string, ...news: readonly News[]): void {
    of(name).version += 1;
    untold.set(name, (untold.get(name) ?? 0) + 1);
    const tell = (): void => {
      untold.set(name, (untold.get(name) ?? 1) - 1);
      toldAtMs.set(name, clock.now());
      if (!up) return void missed.add(name);
      if (news.length === 0) watcher?.hint(name);
      for (const one of news) watcher?.hint(name, noteUpdate(of(name), one, clock.now()));
    };
    if (hintMs > 0) clock.later(hintMs, tell);
    else tell();
  }

  function reachable(now: boolean): void {
    if (now === up) return;
    up = now;
    note(now ? "the engine is back" : "the engine is lost");
    if (!now) for (const truth of truths.values()) if (isUntold(truth)) missed.add(truth.name);
    watcher?.link(now);
    if (!now) return;
    for (const name of missed) toldAtMs.set(name, clock.now());
    missed.clear();
    watcher?.hint();
  }

  function run(truth: Truth, by: Truth["startedBy"]): void {
    if (truth.status === "absent" || truth.status === "running") return;
    const goesOn = truth.status === "paused";
    truth.status = "running";
    truth.refusalToldMs = Infinity;
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
    truth.status = "stopped";
    truth.exit = { code, oomKilled: false, message: "", atMs: clock.wall() };
    changed(truth.name, { kind: "ended", ordered });
  }

  function meddle(name: string, what: Meddling): void {
    const truth = of(name);
    const isShared = truth.startsUnderWay > 0 || deps.isWaking(name) || isUntold(truth);
    if (isShared) truth.startedBy = "unclear";
    switch (what) {
      case "stop":
        return end(truth, 0, true);
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
        if (truth.status !== "running") return undefined;
        truth.status = "paused";
        return changed(name);
      case "remove":
        if (truth.status === "absent") return undefined;
        truth.status = "absent";
        return changed(name, { kind: "removed" });
      case "recreate":
        bearAgain(truth, ++ids);
        return changed(name, { kind: "removed" }, { kind: "made" });
      case "deafen": // without any event: only a request can find it out
        truth.answersAtMs = Infinity;
        truth.refusalToldMs = Infinity;
    }
  }

  async function call(): Promise<void> {
    world.calls += 1;
    if (!up) throw new EngineError("unreachable", "lost");
    await clock.pause(latencyMs);
    if (!up) throw new EngineError("unreachable", "lost");
  }

  function createEngine(): Engine {
    return {
      kind: "docker",
      capabilities: { pause: true, throttle: true, usage: false },
      async list() {
        await call();
        const items = [...truths.values()].filter(({ status }) => status !== "absent").map(itemOf);
        await clock.pause(latencyMs);
        return items;
      },
      async observe({ name }) {
        await call();
        const truth = of(name);
        const { version } = truth;
        const seen = observationOf(truth);
        await clock.pause(latencyMs);
        if (version > truth.knownVersion) Object.assign(truth, { knownVersion: version, knownAtMs: clock.now() });
        return seen;
      },
      async start({ name }) {
        const truth = of(name);
        deps.onStart(truth);
        truth.startsUnderWay += 1;
        const wasUntold = isUntold(truth);
        try {
          await call();
          // Somebody was faster, or undid what was there: we cannot know whose run it is.
          if (wasUntold || isUntold(truth)) truth.startedBy = "unclear";
          if (truth.status === "absent") throw new EngineError("absent", "gone");
          if (truth.behaviour.refusesStart) throw new EngineError("refused", "no");
          if (truth.status === "running") return;
          await clock.pause(truth.behaviour.startMs);
          run(truth, truth.startedBy === "unclear" ? "unclear" : "us");
          if (up) return;
          truth.startedBy = "unclear"; // nobody told us that it was done
          throw new EngineError("unreachable", "lost in the middle");
        } finally {
          truth.startsUnderWay -= 1;
        }
      },
      async stop({ name }, { method }) {
        const truth = of(name);
        deps.onStop(truth);
        await call();
        if (truth.status === "absent") throw new EngineError("absent", "gone");
        if (truth.behaviour.refusesStop) throw new EngineError("refused", "no");
        if (truth.status === "stopped") return {};
        const { id, startedAtMs } = truth;
        truth.dying = true;
        await clock.pause(truth.behaviour.stopMs);
        truth.dying = false;
        if (truth.id !== id || truth.startedAtMs !== startedAtMs) return {};
        if (method === "pause") meddle(name, "pause");
        else end(truth, method === "kill" ? 137 : 0);
        if (!up) throw new EngineError("unreachable", "lost in the middle");
        return {};
      },
      watch: (hint, link) => void (watcher = { hint, link }),
      logs: async () => [],
      usage: async () => undefined,
      restart: () => Promise.reject(new EngineError("refused", "no")),
      execs: async () => 0,
      limits: () => call().then(() => ({ id: "", values: {} })),
      throttle: () => call(),
      restore: () => call(),
      close: () => Promise.resolve(),
    };
  }

  return world;
}
