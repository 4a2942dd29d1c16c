import type { Express } from "express";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import { mount } from "../web/mount.ts";
import type { Sender } from "../web/sender.ts";

/** The gateway's own health, for whoever runs it: `/_live` as long as it runs at all, `/_ready` while it can do its work. */
export function mountSelf(app: Express, { lifecycle, events, isDraining }: EndpointsDeps, sender: Sender): void {
  const down = new Set<string>();
  events.subscribe((event) => {
    if (event.type !== "engine") return;
    if (event.up) down.delete(event.engine);
    else down.add(event.engine);
  });

  mount(app, sender, "/_live", "GET", (req, res) => sender.text(req, res, "ok\n"));

  mount(app, sender, "/_ready", "GET", (req, res) => {
    if (isDraining()) return sender.plainProblem(req, res, "draining");
    if (lifecycle.enginesUp()) return sender.text(req, res, "ok\n");
    const engines = down.size === 0 ? "an engine" : [...down].join(" and ");
    return sender.plainProblem(req, res, "not-ready", { detail: `${engines} cannot be reached` });
  });
}
