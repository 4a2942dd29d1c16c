import { sameHostName } from "../../core/same-host-name.ts";
import { findCycles } from "../../core/dependency-graph.ts";
import type { Dependency } from "../../core/settings.ts";
import { COMPOSE_DEPENDS_ON } from "./compose-labels.ts";
import type { Draft } from "./draft.ts";
import { labelFault, type Fault } from "../check/faults.ts";
import type { IndexedItem, InventoryIndex } from "./inventory-index.ts";

/** The dependencies by name; a name without an entry is neither requested nor a dependency. */
export interface ResolvedDependencies {
  readonly needs: ReadonlyMap<string, readonly Dependency[]>;
  readonly faults: readonly Fault[];
  /** The names whose dependencies come from Compose labels. */
  readonly fromCompose: ReadonlySet<string>;
}

/** Follows dependencies from `roots`, through managed containers and those that only Compose knows. */
export function resolveDependencies(
  roots: readonly string[],
  drafts: ReadonlyMap<string, Draft>,
  index: InventoryIndex,
): ResolvedDependencies {
  const needs = new Map<string, readonly Dependency[]>();
  const faults: Fault[] = [];
  const fromCompose = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (needs.has(name)) continue;
    const draft = drafts.get(name);
    const written = draft?.keys.depends_on;
    const found =
      written === undefined
        ? composeNeeds(name, draft, index, faults)
        : writtenNeeds(name, written, { drafts, index, faults });
    if (written === undefined && found.length > 0) fromCompose.add(name);
    const all = draft?.process === undefined ? withNetworkOwner(found, index.networkOwner(name)?.name) : found;
    needs.set(name, all);
    waiting.push(...all.map((dependency) => dependency.name));
  }
  cutCycles(needs, drafts, faults);
  return { needs, faults, fromCompose };
}

function composeNeeds(name: string, draft: Draft | undefined, index: InventoryIndex, faults: Fault[]): Dependency[] {
  const compose = index.get(name)?.compose;
  if (compose === undefined || compose.oneOff || draft?.process !== undefined) return [];
  return compose.needs.flatMap(({ service, condition }) => {
    const found = othersOf(name, index.ofService(compose.project, service));
    if (found.length === 0 && service !== compose.service)
      faults.push(labelFault(name, COMPOSE_DEPENDS_ON, unknown(name, service)));
    return found.map((item) => ({ name: item.name, condition }));
  });
}

/** Adds the container whose network it uses, without which it cannot start. */
function withNetworkOwner(found: readonly Dependency[], owner: string | undefined): readonly Dependency[] {
  if (owner === undefined) return found;
  const { condition = "started" } = found.find(({ name }) => name === owner) ?? {};
  return [{ name: owner, condition, sharesNetwork: true }, ...found.filter(({ name }) => name !== owner)];
}

/** Resolves configured names, which are containers or services of the same project. */
function writtenNeeds(
  name: string,
  written: readonly string[],
  {
    drafts,
    index,
    faults,
  }: { readonly drafts: ReadonlyMap<string, Draft>; readonly index: InventoryIndex; readonly faults: Fault[] },
): Dependency[] {
  const names = new Set<string>();
  for (const wanted of written) {
    const found = namesFor(name, wanted, drafts, index);
    if (wanted === name) faults.push(labelFault(name, DEPENDS_ON, `container "${name}" cannot depend on itself`));
    else if (found.length === 0) faults.push(labelFault(name, DEPENDS_ON, unknown(name, wanted)));
    for (const each of found) names.add(each);
  }
  return [...names].map((needed) => ({ name: needed, condition: "healthy" }));
}

const DEPENDS_ON = "dag.depends_on";

function namesFor(
  name: string,
  wanted: string,
  drafts: ReadonlyMap<string, Draft>,
  index: InventoryIndex,
): readonly string[] {
  if (wanted === name) return [];
  const isThere = (one: string): boolean => drafts.has(one) || index.get(one) !== undefined;
  // On its own Docker host first; for a container of the default host that is the plain name.
  if (isThere(sameHostName(name, wanted))) return [sameHostName(name, wanted)];
  const compose = index.get(name)?.compose;
  const ofProject = compose && othersOf(name, index.ofService(compose.project, wanted)).map((item) => item.name);
  if (ofProject !== undefined && ofProject.length > 0) return ofProject;
  return isThere(wanted) ? [wanted] : index.elsewhere(wanted);
}

function othersOf(name: string, items: readonly IndexedItem[]): IndexedItem[] {
  return items.filter((item) => item.name !== name);
}

function unknown(name: string, needed: string): string {
  return `container "${name}" depends on unknown container "${needed}"`;
}

/**
 * Removes one edge of every cycle, preferably one from a label. Shared networks are removed last, because a container
 * cannot start without them; the check of the file did not include them, so edges of the file may be removed too.
 */
function cutCycles(
  needs: Map<string, readonly Dependency[]>,
  drafts: ReadonlyMap<string, Draft>,
  faults: Fault[],
): void {
  const isOfFile = ({ from }: Step) =>
    drafts.get(from)?.origin === "file" && drafts.get(from)?.keys.depends_on !== undefined;
  const isOfNetwork = ({ from, to }: Step) =>
    needs.get(from)?.some(({ name, sharesNetwork }) => name === to && sharesNetwork === true) === true;
  for (let cycles = findCycles(graphOf(needs)); cycles.length > 0; cycles = findCycles(graphOf(needs))) {
    for (const cycle of cycles) {
      const steps = cycle.slice(1).map((to, at): Step => ({ from: cycle[at] ?? to, to }));
      const removable = steps.filter((step) => !isOfNetwork(step));
      const step = removable.findLast((each) => !isOfFile(each)) ?? removable.at(-1) ?? steps.at(-1);
      if (step === undefined) continue;
      const { from, to } = step;
      needs.set(
        from,
        (needs.get(from) ?? []).filter(({ name }) => name !== to),
      );
      const message = `dependency cycle detected: ${cycle.join(" → ")}`;
      const label = drafts.get(from)?.keys.depends_on === undefined ? COMPOSE_DEPENDS_ON : DEPENDS_ON;
      faults.push(
        isOfFile(step)
          ? { place: { kind: "container", container: from }, key: "depends_on", message }
          : labelFault(from, label, message),
      );
    }
  }
}

interface Step {
  readonly from: string;
  readonly to: string;
}

function graphOf(needs: ReadonlyMap<string, readonly Dependency[]>): Map<string, string[]> {
  return new Map([...needs].map(([name, dependencies]) => [name, dependencies.map((dependency) => dependency.name)]));
}
