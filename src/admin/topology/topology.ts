import { engineName } from "../../lifecycle/workload/engine-name.ts";
import { hostText } from "./host-text.ts";
import type { Lifecycle } from "../../lifecycle/lifecycle.ts";

/** Groups, containers and their connections. */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  readonly updated_at: string;
}

/** A group or container. */
export interface TopologyNode {
  /** Unique among all nodes, because a group may have the name of a container. */
  readonly id: string;
  readonly kind: "container" | "group";
  readonly name: string;
  readonly hosts: readonly string[];
  /** The hosts as shown to people; with ports if the container has several. */
  readonly host_texts: readonly string[];
  /** The state of a container; a group is `ready` if any member is. */
  readonly state: string;
  readonly icon: string;
  /** As in `/_status/api`; empty for a group. */
  readonly engine: string;
}

/** A membership or a dependency. */
export interface TopologyEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "member" | "dependency";
  /** The condition of a dependency. */
  readonly condition?: string;
}

/** Creates the graph of the configuration with the current states. Its order depends only on the configuration. */
export function topologyOf(lifecycle: Lifecycle): Topology {
  const { records } = lifecycle;
  const byName = [...records.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const groups = lifecycle.settings().groups;
  const nodes: TopologyNode[] = [
    ...groups.map(({ name, hosts, members }): TopologyNode => {
      const states = members.map((member) => records.get(member)?.state.status ?? "absent");
      const [first] = members.flatMap((member) => records.get(member) ?? []);
      const texts = hosts.map((host) => hostText(first, host));
      return {
        id: groupId(name),
        kind: "group",
        name,
        hosts,
        host_texts: texts,
        state: groupState(states),
        icon: "",
        engine: "",
      };
    }),
    ...byName.map((record): TopologyNode => ({
      id: containerId(record.name),
      kind: "container",
      name: record.name,
      hosts: record.settings.hosts,
      host_texts: record.settings.hosts.map((host) => hostText(record, host)),
      state: record.state.status,
      icon: record.settings.icon,
      engine: engineName(record.engine, lifecycle.settings().gateway.defaultDocker),
    })),
  ];
  const edges: TopologyEdge[] = [
    ...groups.flatMap(({ name, members }) =>
      members.map((member): TopologyEdge => ({ from: groupId(name), to: containerId(member), kind: "member" })),
    ),
    ...byName.flatMap(({ name, dependencies }) =>
      dependencies.map(({ record, condition }): TopologyEdge => ({
        from: containerId(name),
        to: containerId(record.name),
        kind: "dependency",
        condition,
      })),
    ),
  ];
  return { nodes, edges, updated_at: new Date(lifecycle.context.clock.wall()).toISOString() };
}

/** Formats the graph as Mermaid text; ids are numbers and labels are escaped, so that names cannot become syntax. */
export function toMermaid({ nodes, edges }: Topology): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const lines = ["flowchart LR"];
  for (const { id, kind, name, host_texts: hosts, state } of nodes) {
    const label = escape([name, ...hosts, state].join(" · "));
    lines.push(kind === "group" ? `  ${ids.get(id)}{{"${label}"}}` : `  ${ids.get(id)}["${label}"]:::${state}`);
  }
  for (const { from, to, kind, condition } of edges) {
    if (!ids.has(from) || !ids.has(to)) continue;
    lines.push(`  ${ids.get(from)} ${kind === "member" ? "-->" : `-. ${condition} .->`} ${ids.get(to)}`);
  }
  lines.push("  classDef ready fill:#bfe5c8,stroke:#2e7d32", "  classDef failed fill:#f6c7c3,stroke:#b3261e");
  return `${lines.join("\n")}\n`;
}

function groupState(states: readonly string[]): string {
  return ["ready", "starting", "unready", "failed"].find((state) => states.includes(state)) ?? states[0] ?? "absent";
}

function containerId(name: string): string {
  return `container:${name}`;
}

function groupId(name: string): string {
  return `group:${name}`;
}

/** Escapes a text in Mermaid's notation: a hash, the number of the character and a semicolon. */
function escape(text: string): string {
  return text.replace(/[^\p{L}\p{N} .:·*-]/gu, (character) => `#${character.codePointAt(0)};`);
}
