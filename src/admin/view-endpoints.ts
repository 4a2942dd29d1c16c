import type { Request, Response } from "express";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";
import { adminLog } from "./api/admin-log.ts";
import { wantsPage } from "../web/client-kind.ts";
import { containerStatus, type StatusSources } from "./api/container-status.ts";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import { explain } from "./api/explain.ts";
import type { LiveEvents } from "./api/live-events.ts";
import type { Mount } from "../web/mount.ts";
import type { AdminPages } from "./pages/admin-pages.ts";
import { dashboardModel } from "./pages/dashboard-model.ts";
import { parseDashboardQuery } from "./pages/dashboard-query.ts";
import { detailModel } from "./pages/detail-model.ts";
import { containerFault, queryOf } from "../web/query.ts";
import type { Sender } from "../web/sender.ts";
import { statusDocument } from "./api/status-document.ts";
import { mountTopology } from "./topology-endpoint.ts";

/** What the views need. */
export interface ViewDeps extends EndpointsDeps {
  readonly sources: StatusSources;
  readonly pages: AdminPages;
  readonly live: LiveEvents;
}

/** Adds the views for administrators: pages, and the same data for programs. */
export function mountViews(mount: Mount, deps: ViewDeps, sender: Sender): void {
  const { lifecycle, metrics, version, sources, pages, live } = deps;

  mount.get("/_status", (req, res) => {
    const document = statusDocument(sources, version);
    if (!wantsPage(req)) return sender.json(req, res, document);
    const model = dashboardModel(pages.sourcesFor(req), lifecycle, document, parseDashboardQuery(queryOf(req)));
    return pages.show(req, res, { template: "dashboard.html", menu: "overview", model });
  });

  mount.get("/_status/api", (req, res) => sender.json(req, res, statusDocument(sources, version)));

  mount.get("/_status/events", (req, res) => live.listen(req, res));

  mount.get("/_status/explain", (req, res) => {
    const name = queryOf(req)?.get("container");
    const record = lifecycle.records.get(name ?? "");
    if (record !== undefined) return sender.json(req, res, explain(sources, record));
    return sender.problem(req, res, "bad-request", { detail: containerFault(name) });
  });

  mount.get("/_status/c/:name", async (req: Request, res: Response) => {
    const record = lifecycle.records.get(String(req.params["name"]));
    if (record === undefined) return sender.problem(req, res, "unknown-container");
    const container = containerStatus(sources, record);
    if (wantsPage(req)) {
      const settings = deps.describeSettings?.(record.settings) ?? [];
      const log = await adminLog(deps, record);
      const model = detailModel(pages.sourcesFor(req), lifecycle, { record, container, settings, log });
      return pages.show(req, res, { template: "detail.html", menu: "overview", model });
    }
    return sender.json(req, res, {
      container,
      explanation: explain(sources, record),
      wakes_ms: record.wakesMs,
      origins: originsOf(record),
    });
  });

  mountTopology(mount, deps, sender);

  mount.get("/_metrics", async (req, res) => {
    const { body, contentType } = await metrics.scrape();
    sender.text(req, res, body, contentType);
  });

  /** Returns the origins of its settings, by key. */
  function originsOf({ name }: WorkloadRecord): Record<string, string> {
    const prefix = `${name}.`;
    const origins = [...(deps.merged()?.originsOf(name) ?? [])].filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(origins.map(([key, origin]) => [key.slice(prefix.length), origin]));
  }
}
