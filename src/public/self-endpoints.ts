import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import type { Mount } from "../web/mount.ts";
import type { Sender } from "../web/sender.ts";

/** Adds the health endpoints of the gateway itself: `/_live` while it runs, `/_ready` while it can do its work. */
export function mountSelf(mount: Mount, { lifecycle, events, isDraining }: EndpointsDeps, sender: Sender): void {
  const down = new Set<string>();
  events.subscribe((event) => {
    if (event.type !== "engine") return;
    if (event.up) down.delete(event.engine);
    else down.add(event.engine);
  });

  mount.get("/_live", (req, res) => sender.text(req, res, "ok\n"));

  mount.get("/_ready", (req, res) => {
    if (isDraining()) return sender.plainProblem(req, res, "draining");
    if (lifecycle.enginesUp()) return sender.text(req, res, "ok\n");
    const engines = down.size === 0 ? "an engine" : [...down].join(" and ");
    return sender.plainProblem(req, res, "not-ready", { detail: `${engines} cannot be reached` });
  });
}
