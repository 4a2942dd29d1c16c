import { containerStatus, type ContainerStatus, type StatusSources, warningsOf } from "./container-status.ts";

/** The document of `/_status/api`. */
export interface StatusDocument {
  readonly containers: readonly ContainerStatus[];
  readonly groups: readonly {
    readonly name: string;
    readonly hosts: readonly string[];
    readonly strategy: string;
    readonly containers: readonly string[];
    readonly pending: number;
  }[];
  /** The containers without a route because of faulty labels. */
  readonly unrouted: readonly { readonly name: string; readonly warnings: readonly string[] }[];
  /** The private addresses that send X-Forwarded-* but are not in `trusted_proxies`. */
  readonly untrusted_proxies: readonly string[];
  /** The faults of a changed configuration that is not applied. */
  readonly refused_configuration: readonly string[];
  readonly engine_up: boolean;
  readonly version: string;
  readonly updated_at: string;
}

/** Creates the document, with containers sorted by name. */
export function statusDocument(sources: StatusSources, version: string): StatusDocument {
  const { lifecycle } = sources;
  const records = [...lifecycle.records.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    containers: records.map((record) => containerStatus(sources, record)),
    groups: lifecycle.settings().groups.map(({ name, hosts, strategy, members }) => ({
      name,
      hosts,
      strategy,
      containers: members,
      pending: lifecycle.routes().byName.get(name)?.queue.pending ?? 0,
    })),
    unrouted: unrouted(sources),
    untrusted_proxies: sources.untrustedPeers(),
    refused_configuration: sources.refusedConfig(),
    engine_up: lifecycle.enginesUp(),
    version,
    updated_at: new Date(lifecycle.context.clock.wall()).toISOString(),
  };
}

function unrouted({ lifecycle, merged }: StatusSources): StatusDocument["unrouted"] {
  const notes = merged();
  return [...(notes?.faults.keys() ?? [])]
    .filter((name) => !lifecycle.records.has(name))
    .toSorted()
    .map((name) => ({ name, warnings: warningsOf(notes, name) }));
}
