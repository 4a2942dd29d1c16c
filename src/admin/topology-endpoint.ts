import type { Request } from "express";
import { wantsPage } from "../web/client-kind.ts";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import type { Mount } from "../web/mount.ts";
import type { AdminPages } from "./pages/admin-pages.ts";
import { topologyModel } from "./pages/topology-model.ts";
import { queryOf } from "../web/query.ts";
import type { Sender } from "../web/sender.ts";
import { createLayout } from "./topology/layout.ts";
import { takeApart } from "./topology/parts.ts";
import { toMermaid, topologyOf } from "./topology/topology.ts";

const FORMATS = ["html", "json", "mermaid"] as const;

/** Adds `/_topology`: a page with pictures, JSON or Mermaid text, selected by `format` or else by `Accept`. */
export function mountTopology(
  mount: Mount,
  { lifecycle, pages, events }: EndpointsDeps & { readonly pages: AdminPages },
  sender: Sender,
): void {
  const layout = createLayout();

  mount.get("/_topology", async (req, res) => {
    const format = formatOf(req);
    const topology = topologyOf(lifecycle);
    switch (format) {
      case "mermaid":
        return sender.text(req, res, toMermaid(topology));
      case "json":
        return sender.json(req, res, topology);
      case undefined:
        return sender.problem(req, res, "bad-request", { detail: `format is one of ${FORMATS.join(", ")}` });
      case "html": {
        const parts = takeApart(topology);
        const laid = await layout(parts.parts.map(({ graph }) => graph)).catch((error: unknown) => {
          events.emit({ type: "fault", message: "cannot lay out the topology", detail: String(error) });
          return undefined;
        });
        const model = topologyModel(pages.sourcesFor(req), lifecycle, { ...topology, ...parts, laid });
        return pages.show(req, res, { template: "topology.html", menu: "topology", model });
      }
    }
  });
}

function formatOf(req: Request): (typeof FORMATS)[number] | undefined {
  const wanted = queryOf(req)?.get("format");
  if (wanted != null) return FORMATS.find((format) => format === wanted);
  if (wantsPage(req)) return "html";
  return req.headers.accept?.includes("mermaid") === true ? "mermaid" : "json";
}
