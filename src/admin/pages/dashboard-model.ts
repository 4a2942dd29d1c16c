import type { Lifecycle } from "../../lifecycle/lifecycle.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { cleanText } from "../../respond/clean-text.ts";
import type { ContainerStatus } from "../api/container-status.ts";
import type { StatusDocument } from "../api/status-document.ts";
import { containerRow, type RowSources } from "./container-row.ts";
import { pageOf } from "./dashboard-pages.ts";
import {
  BUCKETS,
  bucketOf,
  dashboardHref,
  type DashboardQuery,
  isMatch,
  SORT_KEYS,
  sortContainers,
  VIEWS,
} from "./dashboard-query.ts";
import { groupSections } from "./group-sections.ts";
import type { PlacedRow, Section } from "./group-sections.ts";
import type { Labels } from "./labels.ts";

/** Creates the model of the dashboard for one client and query. */
export function dashboardModel(
  sources: RowSources,
  lifecycle: Lifecycle,
  { containers, groups, unrouted, untrusted_proxies: untrusted, refused_configuration: refused }: StatusDocument,
  query: DashboardQuery,
) {
  const { labels } = sources;
  const { t } = labels;
  const titleOf = (name: string): string => {
    const record = lifecycle.records.get(name);
    return record === undefined ? "" : sources.responder.brandingOf(record.settings).title;
  };
  const matching = containers.filter((container) => isMatch(query, titleOf(container.name), container));
  const { shown, pages } = pageOf(labels, sortContainers(matching, query.sort, titleOf), query);
  const place = (container: ContainerStatus, path: string, depth: number, relation: string): PlacedRow[] => {
    const record = lifecycle.records.get(container.name);
    if (record === undefined) return [];
    return [
      { ...containerRow(sources, record, container), key: encodeURI(`${path}/${container.name}`), depth, relation },
    ];
  };
  const sections: Section[] =
    query.view === "list"
      ? [{ key: "all", title: "", notes: [], rows: shown.flatMap((container) => place(container, "", 0, "")) }]
      : groupSections({ labels, groups, containers, shown, titleOf, place });
  return {
    query,
    pages,
    sections: sections.filter(({ rows }) => rows.length > 0),
    unrouted: unrouted.map(({ name, warnings }) => ({
      name: cleanText(name),
      warnings: warnings.map((warning) => cleanText(warning)),
    })),
    refused: refused.map((fault) => cleanText(fault)),
    untrusted: untrusted.map((address) => t("dash.untrustedPeer", { address })),
    isEmpty: containers.length === 0,
    headline: t("dash.awake", { awake: count(containers, "awake"), all: containers.length }),
    figures: figures(labels, [...lifecycle.records.values()], containers),
    filters: (["all", ...BUCKETS] as const).map((state) => ({
      state,
      text: t(`filter.${state}`),
      n: state === "all" ? containers.length : count(containers, state),
      href: dashboardHref(query, { state }),
      isCurrent: query.state === state,
    })),
    sorts: SORT_KEYS.map((key) => ({ key, text: t(`sort.${key}`), href: dashboardHref(query, { sort: key }) })),
    views: VIEWS.map((key) => ({ key, text: t(`view.${key}`), href: dashboardHref(query, { view: key }) })),
    showAllHref: dashboardHref(query, { q: "", state: "all" }),
    q: cleanText(query.q),
  };
}

function count(containers: readonly ContainerStatus[], bucket: (typeof BUCKETS)[number]): number {
  return containers.filter(({ state }) => bucketOf(state) === bucket).length;
}

/** Returns the total savings; leaves out figures without a value. */
function figures(labels: Labels, records: readonly WorkloadRecord[], containers: readonly ContainerStatus[]) {
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
  const asleep = containers.filter(({ state }) => state === "asleep");
  const memoryNow = sum(asleep.map(({ memory_bytes }) => memory_bytes ?? 0));
  const memoryInAll = sum(containers.map(({ memory_saved_byte_seconds: saved }) => saved ?? 0));
  const seconds = sum(containers.map(({ asleep_seconds }) => asleep_seconds));
  const wakes = sum(containers.map(({ wakes_today }) => wakes_today));
  const { t } = labels;
  return [
    { is: memoryNow > 0, value: labels.bytes(memoryNow), text: t("dash.memoryNow"), title: "" },
    { is: seconds > 0, value: labels.span(seconds * 1_000), text: t("dash.timeAsleep"), title: "" },
    {
      is: memoryInAll > 0,
      value: labels.byteHours(memoryInAll),
      text: t("dash.memoryInAll"),
      title: t("dash.memoryHint"),
    },
    { is: records.length > 0, value: labels.number(wakes), text: t("dash.wakesToday"), title: "" },
  ].filter(({ is }) => is);
}
