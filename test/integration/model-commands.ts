import fc from "fast-check";
import { type NAMES, THROTTLING, VARIANTS } from "./model-settings.ts";
import { type Behaviour, HEALTHY } from "./model-engine-state.ts";
import type { StoreFault } from "./model-store.ts";
import type { HiddenUse } from "./model-usage.ts";
import type { Meddling } from "./model-state.ts";

export type Visitor = "navigation" | "other" | "upgrade" | "auth" | "kuma";

/** One step of a run. */
export type Command =
  | { readonly do: "visit"; readonly host: "app" | "web"; readonly who: Visitor; readonly many: number }
  | { readonly do: "close" | "leave"; readonly which: number }
  | { readonly do: "meddle"; readonly name: string; readonly what: Meddling }
  | { readonly do: "behave"; readonly name: string; readonly how: Behaviour }
  | { readonly do: "engine"; readonly up: boolean }
  | { readonly do: "advance" | "jump" | "pin"; readonly ms: number }
  | { readonly do: "wake" | "stop"; readonly name: string }
  | { readonly do: "use"; readonly name: string; readonly what: HiddenUse }
  | { readonly do: "store"; readonly fault: StoreFault }
  | { readonly do: "gateway"; readonly how: "restart" | "kill" }
  | { readonly do: "suspend" | "resume"; readonly name: string; readonly ms: number }
  | { readonly do: "busy"; readonly busy: boolean }
  | { readonly do: "reload"; readonly variant: number };

export interface Plan {
  readonly latencyMs: number;
  readonly eventDelayMs: number;
  readonly commands: readonly Command[];
}

const often = fc.constantFrom<(typeof NAMES)[number]>("app", "app", "db", "a", "b", "job");
const meddling = fc.constantFrom<Meddling>(
  "stop",
  "stop",
  "kill",
  "start",
  "restart",
  "pause",
  "remove",
  "recreate",
  "recreate --rm",
  "deafen",
);
const ms = fc.constantFrom(0, 1, 10, 30, 100, 450, 1_000, 3_000, 5_000, 10_000, 31_000);

const behaviour: fc.Arbitrary<Behaviour> = fc
  .constantFrom<Partial<Behaviour>>(
    {},
    {},
    { startMs: 100, listenMs: 200 },
    { listenMs: Infinity },
    { listenMs: 450 },
    { startMs: 1_000 },
    { startMs: 8_000 },
    { listenMs: Infinity, endsAfterMs: 30, exitCode: 1 },
    { endsAfterMs: 50 },
    { endsAfterMs: 700, exitCode: 3 },
    { stopMs: 300 },
    { refusesStart: true },
    { refusesStop: true },
  )
  .map((part) => ({ ...HEALTHY, ...part }));

const visit = fc.record({
  do: fc.constant("visit" as const),
  host: fc.constantFrom<"app" | "web">("app", "app", "web"),
  who: fc.constantFrom<Visitor>("navigation", "other", "other", "upgrade", "auth", "kuma"),
  many: fc.constantFrom(1, 1, 1, 3),
});

const meddle = fc.record({ do: fc.constant("meddle" as const), name: often, what: meddling });
const behave = fc.record({ do: fc.constant("behave" as const), name: often, how: behaviour });
const hiddenUse = fc.record({
  do: fc.constant("use" as const),
  name: often,
  what: fc.constantFrom<HiddenUse>("none", "none", "traffic", "connections", "cpu", "exec"),
});
const fault = fc.constantFrom<StoreFault>("none", "none", "unwritable", "damaged");
const gateway = fc.record({ do: fc.constant("gateway" as const), how: fc.constantFrom("restart" as const, "kill") });
const suspension = fc.record({
  do: fc.constantFrom("suspend" as const, "suspend", "resume"),
  name: often,
  ms: fc.constantFrom(1_000, 20_000),
});
const order = fc.record({ do: fc.constantFrom("wake" as const, "stop" as const), name: often });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: visit },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("advance" as const), ms }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("close" as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), which: fc.nat(9) }) },
  { weight: 5, arbitrary: meddle },
  { weight: 3, arbitrary: behave },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("engine" as const), up: fc.boolean() }) },
  { weight: 1, arbitrary: order },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pin" as const), ms: fc.constantFrom(0, 4_000, 20_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("jump" as const), ms: fc.constantFrom(-40_000, -9_000, 9_000, 70_000) }),
  },
  { weight: 2, arbitrary: hiddenUse },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("store" as const), fault }) },
  { weight: 1, arbitrary: gateway },
  { weight: 1, arbitrary: suspension },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("busy" as const), busy: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reload" as const), variant: fc.nat(VARIANTS.length - 1) }) },
);

const soon = fc.constantFrom(1, 1, 10, 30).map((later): Command => ({ do: "advance", ms: later }));
const awake = fc.constantFrom<Command>({ do: "advance", ms: 1_000 }, { do: "advance", ms: 450 });

/** An update as Compose and Watchtower do it. */
const update = fc
  .tuple(often, soon, fc.boolean())
  .map(([whose, pause, visited]): readonly Command[] => [
    { do: "meddle", name: whose, what: "stop" },
    pause,
    { do: "meddle", name: whose, what: "remove" },
    ...(visited ? [{ do: "visit", host: "app", who: "other", many: 1 } as const] : []),
    pause,
    { do: "meddle", name: whose, what: "recreate" },
    pause,
    { do: "meddle", name: whose, what: "start" },
  ]);

/** A start that takes too long, and a request after its cool-down. */
const tryAgain = fc.tuple(behave, visit, fc.constant<Command>({ do: "advance", ms: 5_000 }), visit);

/** Unused long enough to be throttled, where that is set, and then something happens to it. */
const throttled = fc
  .tuple(visit, awake, fc.oneof(gateway, visit, hiddenUse))
  .map(([first, pause, next]): readonly Command[] => [
    { do: "reload", variant: THROTTLING },
    first,
    pause,
    { do: "advance", ms: 1_000 },
    next,
    { do: "advance", ms: 450 },
  ]);

/** Somebody stops an awake workload, and a request arrives when the wait for an update is over. */
const stopped = fc.tuple(
  visit,
  awake,
  often.map((whose): Command => ({ do: "meddle", name: whose, what: "stop" })),
  fc.constantFrom<Command>({ do: "advance", ms: 10_000 }, { do: "advance", ms: 31_000 }),
  visit,
);

/** Somebody suspends what cannot be stopped, and a request arrives. */
const unstoppable = fc
  .record({ host: fc.constantFrom<"app" | "web">("app", "web"), pause: awake, later: awake })
  .map(({ host, pause, later }): readonly Command[] => {
    const name = host === "app" ? "app" : "a";
    const visited: Command = { do: "visit", host, who: "other", many: 1 };
    return [
      visited,
      pause,
      { do: "close", which: 0 },
      { do: "behave", name, how: { ...HEALTHY, refusesStop: true } },
      { do: "suspend", name, ms: 20_000 },
      later,
      visited,
    ];
  });

/** It ends while an observation of its start is in progress, which another one overtakes. */
const fluttering = fc
  .tuple(often, fc.array(fc.constantFrom(10, 30, 60, 100), { minLength: 2, maxLength: 4 }))
  .map(([name, lives]): readonly Command[] => [
    { do: "behave", name, how: { ...HEALTHY, listenMs: Infinity } },
    ...lives.flatMap((aliveMs): readonly Command[] => [
      { do: "meddle", name, what: "start" },
      { do: "advance", ms: aliveMs },
      { do: "meddle", name, what: "kill" },
      { do: "advance", ms: 1_000 },
    ]),
  ]);

/** A front carries something on that was let through long ago. */
const carried = fc
  .record({ host: fc.constantFrom<"app" | "web">("app", "web"), name: fc.constantFrom("app", "a", "b") })
  .map(({ host, name }): readonly Command[] => [
    { do: "visit", host, who: "auth", many: 1 },
    { do: "advance", ms: 1_000 },
    { do: "use", name, what: "traffic" },
    { do: "advance", ms: 10_000 },
  ]);

/** A front carries something while the engine cannot be reached, and its end is seen by nobody. */
const unread = fc.tuple(
  visit,
  awake,
  fc.constantFrom<Command>({ do: "visit", host: "app", who: "auth", many: 1 }, { do: "advance", ms: 1_000 }),
  fc.constant<Command>({ do: "engine", up: false }),
  fc.constant<Command>({ do: "use", name: "app", what: "traffic" }),
  fc.constantFrom<Command>({ do: "advance", ms: 3_000 }, { do: "advance", ms: 31_000 }),
  fc.constant<Command>({ do: "use", name: "app", what: "none" }),
  fc.constant<Command>({ do: "engine", up: true }),
  fc.constant<Command>({ do: "advance", ms: 5_000 }),
);

/** Critical events are often close together: a change from outside or an order, and a request right after it. */
const scene: fc.Arbitrary<readonly Command[]> = fc.oneof(
  { weight: 12, arbitrary: command.map((one) => [one]) },
  { weight: 2, arbitrary: fc.tuple(visit, awake) },
  { weight: 2, arbitrary: fc.tuple(meddle, soon, visit) },
  { weight: 1, arbitrary: fc.tuple(visit, soon, meddle, soon) },
  { weight: 1, arbitrary: fc.tuple(order, soon, visit) },
  { weight: 1, arbitrary: fc.tuple(suspension, soon, visit) },
  { weight: 1, arbitrary: fc.tuple(visit, awake, hiddenUse, fc.constant<Command>({ do: "advance", ms: 10_000 })) },
  { weight: 1, arbitrary: fc.tuple(visit, awake, fc.constant<Command>({ do: "advance", ms: 3_000 }), gateway, visit) },
  { weight: 1, arbitrary: update },
  { weight: 1, arbitrary: tryAgain },
  { weight: 1, arbitrary: throttled },
  { weight: 1, arbitrary: stopped },
  { weight: 1, arbitrary: carried },
  { weight: 1, arbitrary: fluttering },
  { weight: 1, arbitrary: unstoppable },
  { weight: 1, arbitrary: unread },
);

/** Many short runs, because faults come from a few adjacent steps. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  latencyMs: fc.constantFrom(0, 0, 0, 2, 15),
  eventDelayMs: fc.constantFrom(0, 0, 3, 20),
  commands: fc.array(scene, { minLength: 2, maxLength: 12 }).map((scenes) => scenes.flat()),
});
