import { cleanText } from "../../respond/clean-text.ts";
import type { ContainerStatus } from "../api/container-status.ts";
import type { StatusDocument } from "../api/status-document.ts";
import { bucketOf } from "./dashboard-query.ts";
import type { Labels } from "./labels.ts";
import type { ContainerRow } from "./container-row.ts";

interface GroupSources {
  readonly labels: Labels;
  readonly groups: StatusDocument["groups"];
  readonly containers: readonly ContainerStatus[];
  /** The containers that match the query, in order. */
  readonly shown: readonly ContainerStatus[];
  titleOf(name: string): string;
  place(container: ContainerStatus, path: string, depth: number, relation: string): PlacedRow[];
}

/** The limit of levels. */
const DEEPEST = 8;

/**
 * Returns a section for each group, then one for containers without a group. Each container is followed by its
 * dependencies, which are included even if they do not match the query.
 */
export function groupSections({ labels, groups, containers, shown, titleOf, place }: GroupSources): Section[] {
  const { t } = labels;
  const byName = new Map(containers.map((container) => [container.name, container]));
  const wanted = new Set(shown.map(({ name }) => name));
  const rank = new Map(shown.map(({ name }, index) => [name, index]));

  function tree(name: string, path: string, depth: number, relation: string): PlacedRow[] {
    const container = byName.get(name);
    if (container === undefined || depth > DEEPEST) return [];
    const below = inOrder(container.depends_on.map((needed) => needed.name)).flatMap((needed) => {
      const text = t("row.needs", { name: titleOf(name) });
      return tree(needed, `${path}/${name}`, depth + 1, text);
    });
    return below.length > 0 || wanted.has(name) ? [...place(container, path, depth, relation), ...below] : [];
  }

  function inOrder(names: readonly string[]): string[] {
    const rankOf = (name: string): number => rank.get(name) ?? Number.MAX_SAFE_INTEGER;
    return names.toSorted((a, b) => rankOf(a) - rankOf(b) || a.localeCompare(b));
  }

  const sections = groups.map((group): Section => {
    const states = group.containers.flatMap((name) => byName.get(name)?.state ?? []);
    const awake = states.filter((state) => bucketOf(state) === "awake").length;
    return {
      key: encodeURI(`group:${group.name}`),
      title: cleanText(group.name),
      notes: [
        ...group.hosts,
        t("dash.awake", { awake, all: group.containers.length }),
        ...(group.pending > 0 ? [t("group.waiting", { n: group.pending })] : []),
        group.strategy,
      ],
      rows: inOrder(group.containers).flatMap((name) => tree(name, group.name, 0, "")),
    };
  });
  const needed = new Set(containers.flatMap(({ depends_on }) => depends_on.map(({ name }) => name)));
  const roots = containers.filter((each) => each.groups.length === 0 && !needed.has(each.name));
  const rest = inOrder(roots.map(({ name }) => name)).flatMap((name) => tree(name, "", 0, ""));
  return [...sections, { key: "none", title: sections.length > 0 ? t("group.none") : "", notes: [], rows: rest }];
}

/** A row at its place: in a list, or below a dependent. */
export interface PlacedRow extends ContainerRow {
  /** Unique on the page. */
  readonly key: string;
  readonly depth: number;
  /** Why it is listed below another one. */
  readonly relation: string;
}

/** A section of the dashboard. */
export interface Section {
  readonly key: string;
  /** Empty if there is only one section. */
  readonly title: string;
  readonly notes: readonly string[];
  readonly rows: readonly PlacedRow[];
}
