import type { Express, Request, Response } from "express";
import type { WorkloadRecord } from "../lifecycle/record.ts";
import { containerStatus, type StatusSources } from "./container-status.ts";
import type { EndpointsDeps } from "./endpoints-deps.ts";
import { explain } from "./explain.ts";
import { mount } from "./mount.ts";
import { queryOf } from "./query.ts";
import type { Sender } from "./sender.ts";
import { statusDocument } from "./status-document.ts";
import { toMermaid, topologyOf } from "./topology.ts";

/**
 * What an administrator can see, as data. A page for people goes before the JSON of its view (`/_status`, `/_topology`,
 * `/_status/c/NAME`): the functions that gather the data know nothing of HTTP.
 */
export function mountViews(app: Express, deps: EndpointsDeps, sender: Sender, sources: StatusSources): void {
  const { lifecycle, metrics, version } = deps;

  for (const path of ["/_status", "/_status/api"]) {
    mount(app, sender, path, "GET", (req, res) => sender.json(req, res, statusDocument(sources, version)));
  }

  mount(app, sender, "/_status/explain", "GET", (req, res) => {
    const name = queryOf(req)?.get("container");
    const record = lifecycle.records.get(name ?? "");
    if (record !== undefined) return sender.json(req, res, explain(lifecycle, record));
    const detail = name == null ? "container is missing" : "unknown container";
    return sender.problem(req, res, "bad-request", { detail });
  });

  mount(app, sender, "/_status/c/:name", "GET", (req: Request, res: Response) => {
    const record = lifecycle.records.get(String(req.params["name"]));
    if (record === undefined) return sender.problem(req, res, "unknown-container");
    return sender.json(req, res, {
      container: containerStatus(sources, record),
      explanation: explain(lifecycle, record),
      wakes_ms: record.wakesMs,
      origins: originsOf(record),
    });
  });

  mount(app, sender, "/_topology", "GET", (req, res) => {
    const format = queryOf(req)?.get("format") ?? "json";
    const topology = topologyOf(lifecycle);
    if (format === "mermaid") return sender.text(req, res, toMermaid(topology));
    if (format === "json") return sender.json(req, res, topology);
    return sender.problem(req, res, "bad-request", { detail: 'format is "json" or "mermaid"' });
  });

  mount(app, sender, "/_metrics", "GET", async (req, res) => {
    const { body, contentType } = await metrics.scrape();
    sender.text(req, res, body, contentType);
  });

  /** Where its settings came from, by key. */
  function originsOf({ name }: WorkloadRecord): Record<string, string> {
    const prefix = `${name}.`;
    const origins = [...(deps.merged()?.provenance ?? [])].filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(origins.map(([key, origin]) => [key.slice(prefix.length), origin]));
  }
}
