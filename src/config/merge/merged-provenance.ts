import { COMPOSE_DEPENDS_ON } from "./compose-labels.ts";
import type { Draft } from "./draft.ts";
import type { Provenance } from "../parse/provenance.ts";
import type { Labelled } from "./read-labelled.ts";

/** Adds the origins of settings from labels to those of the file. */
export function mergedProvenance(
  file: Provenance,
  drafts: readonly Draft[],
  labelled: readonly Labelled[],
  fromCompose: ReadonlySet<string>,
): Provenance {
  const origins = new Map(file);
  const kept = new Set(drafts.map(({ name }) => name));
  for (const { item, set } of labelled) {
    if (!kept.has(item.name)) continue;
    for (const key of set) origins.set(`${item.name}.${key}`, `label dag.${key}`);
  }
  for (const name of fromCompose) origins.set(`${name}.depends_on`, `label ${COMPOSE_DEPENDS_ON}`);
  return origins;
}
