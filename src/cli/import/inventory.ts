import { readComposeLabels } from "../../config/merge/compose-labels.ts";
import type { InventoryItem } from "../../core/observation.ts";
import type { Service } from "./types.ts";

/** Returns the containers of this host with their Compose labels. */
export function servicesOf(inventory: readonly InventoryItem[]): readonly Service[] {
  const known = inventory.map((item) => ({ ...item, compose: readComposeLabels(item.labels) }));
  return known.map(({ name, labels, compose }) => ({
    id: name,
    service: compose?.service ?? name,
    container: name,
    labels,
    ports: [],
    dependsOn: (compose?.needs ?? []).flatMap(({ service, condition }) => {
      const others = known.filter((other) => other.compose?.project === compose?.project);
      const found = others.filter((other) => other.compose?.service === service);
      return found.map((other) => ({ id: other.name, isOneShot: condition === "completed" }));
    }),
    command: [],
    environment: {},
    networkMode: "",
  }));
}
