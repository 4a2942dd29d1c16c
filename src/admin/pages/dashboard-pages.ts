import type { ContainerStatus } from "../api/container-status.ts";
import { dashboardHref, type DashboardQuery } from "./dashboard-query.ts";
import type { Labels } from "./labels.ts";

/** Rendering 10,000 rows in one piece would block all requests for seconds. */
const PAGE_SIZE = 250;

/** Returns the containers on the page that the query names, and what the links to the other pages need. */
export function pageOf({ t, number }: Labels, matching: readonly ContainerStatus[], query: DashboardQuery) {
  const last = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const page = Math.min(query.page, last);
  const from = (page - 1) * PAGE_SIZE;
  const shown = matching.slice(from, from + PAGE_SIZE);
  const link = (to: number, text: string) => ({ href: dashboardHref(query, { page: to }), text });
  const pages = {
    text: t("dash.range", { from: number(from + 1), to: number(from + shown.length), all: number(matching.length) }),
    links: [
      ...(page > 1 ? [link(page - 1, t("dash.previous"))] : []),
      ...(page < last ? [link(page + 1, t("dash.next"))] : []),
    ],
  };
  return { shown, pages: last > 1 ? pages : undefined };
}
