import { readdirSync } from "node:fs";
import type { GatewaySettings, Settings } from "../core/settings.ts";
import { hint, nearest } from "../config/schema/nearest.ts";
import { createResponder, TEMPLATES_DIR } from "../respond/responder.ts";
import { readLogLevel } from "../telemetry/log-level.ts";
import { readTracingOptions } from "../telemetry/tracing/options.ts";
import type { Io } from "./command.ts";
import { gatewayAddress } from "./gateway-address.ts";

/** Returns what the gateway ignores and would only report while it runs: in the environment, and for its pages. */
export function findWarnings({ gateway, workloads }: Settings, env: Io["env"]): string[] {
  const warnings: string[] = [];
  const warn = (warning: string): void => void warnings.push(warning);
  readLogLevel(env, warn);
  readTracingOptions(env, warn);
  warnOfGatewayUrl(gateway, env["GATEWAY_URL"], warn);
  renderPages(gateway, workloads, warn);
  for (const name of misnamedTemplates(gateway.templatesDir)) warn(name);
  return warnings;
}

function warnOfGatewayUrl(gateway: GatewaySettings, url: string | undefined, warn: (warning: string) => void): void {
  if (!url) return;
  const address = gatewayAddress(gateway, url);
  if (typeof address === "string") warn(address);
}

/** Renders each page for visitors once, because some faults of a template only appear then. */
function renderPages(
  { templatesDir, theme }: GatewaySettings,
  workloads: Settings["workloads"],
  report: (warning: string) => void,
): void {
  const responder = createResponder({ templatesDir, theme, report });
  for (const workload of workloads) responder.brandingOf(workload);
  if (templatesDir === "") return;
  const client = { kind: "navigation" } as const;
  const logs = ["a line"];
  const time = { branding: SAMPLE, nowMs: 0, untilMs: 60_000, timezone: "UTC" };
  const wake = { branding: SAMPLE, mode: "proxy", phase: "starting", elapsedMs: 1_000, etaMs: 9_000 } as const;
  responder.loading({ ...wake, hasDependencies: false, logs }, client);
  responder.failed({ branding: SAMPLE, failure: FAILURE, retryMs: 1_000, logs }, client);
  responder.offline(time, client);
  responder.suspended(time, client);
  responder.asleep({ branding: SAMPLE, status: 503 }, client);
  responder.unknownHost({ host: "app.test" }, client);
  responder.problem("upstream-failed", { host: "app.test" }, client);
}

const SAMPLE = { name: "app", title: "", message: "", color: "", icon: "", logo: "", redirectPath: "" };

const FAILURE = { reason: "oom", cause: { code: "oom" }, exitCode: 137, atMs: 0 } as const;

/** Finds files whose names look like misspelled names of templates; other files may be parts of custom ones. */
function misnamedTemplates(directory: string): string[] {
  const known = readdirSync(TEMPLATES_DIR);
  return listFiles(directory).flatMap((name) =>
    known.includes(name) || nearest(name, known) === undefined
      ? []
      : [`templates_dir: ${name} replaces no page${hint(name, known)}`],
  );
}

/** Lists a directory; that it cannot be read has been reported as such. */
function listFiles(directory: string): readonly string[] {
  try {
    return directory === "" ? [] : readdirSync(directory);
  } catch {
    return [];
  }
}
