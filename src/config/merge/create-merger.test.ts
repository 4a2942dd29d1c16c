import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compose, configOf, item } from "../../../test/support/merge-fixtures.ts";
import type { EngineKind } from "../../core/engine-kind.ts";
import type { FoundItems, InventoryItem } from "../../core/observation.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { createMerger, type Merged } from "./create-merger.ts";

const NAMES = [
  "a",
  "b",
  "c",
  "p-web-1",
  "p-web-2",
  "nas:a",
  "nas:b",
  "kubernetes:s/a",
  "kubernetes:s/b",
  "0123456789ab_b",
];
const WORDS = ["a", "b", "web", "p-web", "p-web-2", "x"];
const PLAIN = `
containers:
  - {name: a, host: x.test, depends_on: [c]}
  - {name: c}
  - {name: p-web-1}
  - {name: solo, host: solo.test, process: {command: [run], port: 1}}
groups: [{name: x, host: g.test, containers: [c, p-web-1]}, {name: web, host: y.test, containers: [a]}]`;
const HOSTS = `
docker: [{name: local}, {name: nas, host: "tcp://nas:2375"}]
containers:
  - {name: a, host: x.test, depends_on: [c]}
  - {name: "local:b", depends_on: [c, solo]}
  - {name: "nas:b", host: nas.test}
  - {name: c}
  - {name: solo, host: solo.test, process: {command: [run], port: 1}}
groups: [{name: p-web, host: g.test, containers: [c, "nas:b"]}]`;
const FILES = ["", PLAIN, HOSTS].map(configOf);

const replica = (name: string) => compose(name, "p/web", { "dag.enabled": "true", "dag.host": "y.test" });
const inSwarm = (one: InventoryItem): InventoryItem => ({ ...one, engine: "swarm", engineKind: "swarm" });
/** Cases that random ones rarely include: the file, and the containers that each step creates. */
const RARE: [string, ...InventoryItem[][]][] = [
  // Replicas form a group called `p-web`, until another group has that name.
  ["", [replica("p-web-1"), replica("p-web-2")], [item("a", { "dag.host": "x.test", "dag.group": "p-web" })]],
  // The `c` of the file is ambiguous and left out; the dependency of `a` is the service of its project.
  [PLAIN, [compose("a", "p/a"), compose("c", "q/c"), inSwarm(compose("c", "q/c"))], [compose("b", "p/c")]],
];
const RARE_CHANGES = RARE.map(([text, ...steps]): [FileConfig, Change[][]] => [
  configOf(text),
  steps.map((made) => made.map((one) => ({ name: one.name, engine: one.engine ?? "", made: one }))),
]);

test("merging what changed, time after time, is the same as merging everything", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FILES),
      fc.array(arbitraryChange(), { minLength: 4, maxLength: 16 }),
      (config, changes) => {
        const items = new Map<string, InventoryItem>();
        const found: FoundItems = {
          all: () => [...items.values()],
          named: (name) => [...items.values()].filter((one) => one.name === name),
        };
        const merger = createMerger(config, { self: "c" });
        const known = new Map<string, object>();
        take(known, merger.whole(config, found));
        for (const change of changes) {
          for (const { name, engine, made } of change) {
            if (made === undefined) items.delete(`${engine} ${name}`);
            else items.set(`${engine} ${name}`, made);
          }
          take(known, merger.part(new Set(change.map(({ name }) => name)), found));
          const expected = new Map<string, object>();
          take(expected, createMerger(config, { self: "c" }).whole(config, found));
          assert.deepEqual(sorted(known), sorted(expected));
        }
      },
    ),
    { numRuns: 150, examples: RARE_CHANGES },
  );
});

test("a change is merged with what it has to do with, and nothing else", () => {
  const items = Array.from({ length: 50 }, (_, at) => item(`app-${at}`, { "dag.host": `app-${at}.test` }));
  const removed = { id: "", status: "absent", departed: true } as const;
  items.push({ ...item("gone", { "dag.host": "gone.test" }), ...removed }, { ...item("lost"), ...removed });
  items.push(item("db"), item("web", { "dag.host": "web.test", "dag.depends_on": "db" }));
  const found: FoundItems = { all: () => items, named: (name) => items.filter((one) => one.name === name) };
  const config = configOf("") satisfies FileConfig;
  const merger = createMerger(config, {});
  merger.whole(config, found);
  for (const name of ["app-7", "gone"])
    assert.deepEqual(
      merger.part(new Set([name]), found).inventory.map((one) => one.name),
      [name],
    );
  assert.deepEqual(
    new Set(merger.part(new Set(["db"]), found).inventory.map(({ name }) => name)),
    new Set(["db", "web"]),
  );
});

/** Applies a merge to `known`, as the life cycle does. */
function take(known: Map<string, object>, { result, names }: Merged): void {
  for (const [key, value] of known) {
    const members = "members" in value ? (value.members as string[]) : [];
    if ([key.slice(key.indexOf(" ") + 1), ...members].some((name) => names.has(name))) known.delete(key);
  }
  for (const one of result.settings.workloads) known.set(`workload ${one.name}`, one);
  for (const one of result.settings.groups) known.set(`group ${one.name}`, one);
  for (const fault of result.labelFaults) {
    if ("container" in fault.place)
      known.set(`fault${JSON.stringify(fault).replaceAll(" ", "_")} ${fault.place.container}`, fault);
  }
}

function sorted(known: ReadonlyMap<string, object>): [string, object][] {
  return [...known].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

interface Change {
  readonly name: string;
  readonly engine: string;
  readonly made: InventoryItem | undefined;
}

function arbitraryChange(): fc.Arbitrary<Change[]> {
  const rare = (...values: readonly string[]) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...values) });
  const labels = fc.record({
    "dag.enabled": fc.constantFrom("true", "true", "true", "true", "false", "what"),
    "dag.host": rare("x.test", "X.test", "x.test=81", "y.test=82", "g.test,x.test", "*.test", "-"),
    "dag.group": rare(...WORDS),
    "dag.depends_on": rare(...WORDS, ...NAMES, "a,b", ""),
    "dag.weight": rare("2", "no"),
    "com.docker.compose.project": rare("p", "p-web", "q"),
    "com.docker.compose.service": fc.constantFrom("web", "a", "c", "2"),
    "com.docker.compose.container-number": fc.constantFrom("", "1", "2"),
    "com.docker.compose.depends_on": rare("a:service_started:false", "web:service_healthy:true,2::"),
    "com.docker.swarm.task.id": fc.constantFrom(undefined, undefined, undefined, undefined, undefined, "t"),
  });
  const one = fc.record({
    name: fc.constantFrom(...NAMES),
    labels,
    networkOf: fc.constantFrom(undefined, undefined, undefined, "c", "id-b", "id-nas:b"),
    isSwarm: fc.constantFrom(false, false, false, true),
    left: fc.constantFrom(
      "there" as const,
      "there" as const,
      "there" as const,
      "removed" as const,
      "forgotten" as const,
    ),
    status: fc.constantFrom("running" as const, "stopped" as const),
  });
  return fc.array(one.map(toChange), { minLength: 1, maxLength: 2 });
}

const KINDS: Readonly<Record<string, EngineKind>> = { swarm: "swarm", kubernetes: "kubernetes" };

type Drawn = {
  name: string;
  labels: Readonly<Record<string, string | undefined>>;
  networkOf: string | undefined;
  isSwarm: boolean;
  left: "there" | "removed" | "forgotten";
  status: "running" | "stopped";
};

function toChange(drawn: Drawn): Change {
  const [engine = ""] = drawn.name.includes(":") ? drawn.name.split(":") : [drawn.isSwarm ? "swarm" : ""];
  const about = engine === "" ? {} : { engine, engineKind: KINDS[engine] ?? ("docker" as const) };
  // A container whose network others use does not use another one's.
  const network = drawn.networkOf === undefined || /[bc]$/.test(drawn.name) ? {} : { networkOf: drawn.networkOf };
  const { name, labels, status, left } = drawn;
  const set = Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const made: InventoryItem = { name, id: `id-${name}`, status, image: "i", labels: set, ...about, ...network };
  if (left === "removed") return { name, engine, made: { ...made, id: "", status: "absent", departed: true } };
  return { name, engine, made: left === "forgotten" ? undefined : made };
}
