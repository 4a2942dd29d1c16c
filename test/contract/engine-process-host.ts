/**
 * Simulates a gateway that is about to die: starts the processes that its argument describes, reports it, and waits.
 * `{"settings": [ProcessSettings, …], "pause": false, "ending": "wait" | "exit" | "close"}`
 */
import { createProcessEngine } from "../../src/engines/process/create-process-engine.ts";
import type { ProcessSettings } from "../../src/core/settings.ts";

interface Plan {
  readonly settings: readonly ProcessSettings[];
  readonly pause?: boolean;
  readonly ending?: "wait" | "exit" | "close";
}

const plan = JSON.parse(process.argv[2] ?? "{}") as Plan;
const engine = createProcessEngine({ environment: process.env });
process.on("SIGUSR2", () => void process.stdout.write("here\n"));
process.stdout.write("starting\n");
for (const [at, settings] of plan.settings.entries()) {
  const ref = { name: `app-${at}`, targetPort: settings.port, network: "", process: settings };
  await engine.start(ref);
  if (plan.pause) await engine.stop(ref, { method: "pause", timeoutMs: 0, signal: "" });
}
process.stdout.write("started\n");
if (plan.ending === "exit") process.exit(0);
if (plan.ending === "close") await engine.close();
else setInterval(() => undefined, 1_000);
