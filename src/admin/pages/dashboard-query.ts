import type { ContainerStatus } from "../api/container-status.ts";

/** What the dashboard shows. All of it is in the address, so that it works without a script and as a bookmark. */
export interface DashboardQuery {
  readonly q: string;
  readonly state: "all" | Bucket;
  readonly sort: SortKey;
  readonly view: "list" | "groups";
  /** From 1. */
  readonly page: number;
}

/** The filters by state, which are fewer than the states. */
export type Bucket = (typeof BUCKETS)[number];
/** The keys by which the dashboard can be sorted. */
export type SortKey = (typeof SORT_KEYS)[number];

/** All filters, in order. */
export const BUCKETS = ["awake", "changing", "asleep", "trouble"] as const;
/** All sort keys, in order. */
export const SORT_KEYS = ["name", "state", "used", "sleep", "wakes", "asleep"] as const;
/** All views. */
export const VIEWS = ["list", "groups"] as const;

const DEFAULTS: DashboardQuery = { q: "", state: "all", sort: "name", view: "list", page: 1 };

/** Parses the query of the dashboard; invalid values become defaults. */
export function parseDashboardQuery(query: URLSearchParams | undefined): DashboardQuery {
  const oneOf = <T extends string>(key: string, values: readonly T[], otherwise: T): T =>
    values.find((value) => value === query?.get(key)) ?? otherwise;
  return {
    q: (query?.get("q") ?? "").trim().slice(0, 100),
    state: oneOf("state", ["all", ...BUCKETS], DEFAULTS.state),
    sort: oneOf("sort", SORT_KEYS, DEFAULTS.sort),
    view: oneOf("view", VIEWS, DEFAULTS.view),
    page: Number(/^[1-9]\d{0,5}$/.exec(query?.get("page") ?? "")?.[0] ?? DEFAULTS.page),
  };
}

/** Returns the address of the same dashboard with some changes, on its first page unless they name another. */
export function dashboardHref(query: DashboardQuery, changes: Partial<DashboardQuery>): string {
  const next = { ...query, page: DEFAULTS.page, ...changes };
  const set = Object.entries(next)
    .filter(([key, value]) => value !== DEFAULTS[key as keyof DashboardQuery])
    .map(([key, value]) => [key, String(value)]);
  return set.length === 0 ? "/_status" : `/_status?${new URLSearchParams(set).toString()}`;
}

/** Returns the filter that matches a state. */
export function bucketOf(state: ContainerStatus["state"]): Bucket {
  switch (state) {
    case "ready":
      return "awake";
    case "starting":
    case "unready":
    case "draining":
    case "stopping":
    case "unseen":
      return "changing";
    case "asleep":
    case "paused":
      return "asleep";
    case "failed":
    case "absent":
      return "trouble";
  }
}

/** Returns whether a container matches the query; every word of the search must occur. */
export function isMatch({ q, state }: DashboardQuery, title: string, container: ContainerStatus): boolean {
  if (state !== "all" && bucketOf(container.state) !== state) return false;
  const { name, hosts, image, groups } = container;
  const text = [title, name, ...hosts, image, ...groups].join("\n").toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Sorts containers with the most interesting first; equal ones, and those without the figure, by title. */
export function sortContainers(
  containers: readonly ContainerStatus[],
  key: SortKey,
  titleOf: (name: string) => string,
): ContainerStatus[] {
  const rank = RANKS[key];
  const titles = new Map(containers.map(({ name }) => [name, titleOf(name)]));
  const titled = ({ name }: ContainerStatus): string => titles.get(name) ?? name;
  return containers.toSorted((a, b) => rank(a) - rank(b) || BY_NAME.compare(titled(a), titled(b)));
}

/** Ignores case, and sorts 10 after 9. */
const BY_NAME = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const RANKS: Readonly<Record<SortKey, (container: ContainerStatus) => number>> = {
  name: () => 0,
  state: ({ state }) => ["trouble", "changing", "awake", "asleep"].indexOf(bucketOf(state)),
  used: ({ last_request }) => (last_request == null ? Number.MAX_SAFE_INTEGER : -Date.parse(last_request)),
  sleep: ({ idle_deadline }) => (idle_deadline === null ? Number.MAX_SAFE_INTEGER : Date.parse(idle_deadline)),
  wakes: ({ wakes_today, wakes_total }) => -(wakes_today * 1e6 + wakes_total),
  asleep: ({ asleep_seconds }) => -asleep_seconds,
};
