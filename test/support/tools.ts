import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

/** A program that some tests use; node22 is Node 22.12, the oldest that the package supports. */
export type Tool = keyof typeof tools;

const tools = {
  chromium: { variable: "CHROMIUM_BIN", names: ["chromium", "chromium-browser", "google-chrome"] },
  traefik: { variable: "TRAEFIK_BIN", names: ["traefik"] },
  caddy: { variable: "CADDY_BIN", names: ["caddy"] },
  nginx: { variable: "NGINX_BIN", names: ["nginx"] },
  apache: { variable: "APACHE_BIN", names: ["apache2", "httpd"] },
  compose: { variable: "COMPOSE_BIN", names: ["docker-compose"] },
  zsh: { variable: "ZSH_BIN", names: ["zsh"] },
  fish: { variable: "FISH_BIN", names: ["fish"] },
  groff: { variable: "GROFF_BIN", names: ["groff"] },
  promtool: { variable: "PROMTOOL_BIN", names: ["promtool"] },
  node22: { variable: "NODE22_BIN", names: ["node22"] },
  node24: { variable: "NODE24_BIN", names: ["node24"] },
  java: { variable: "JAVA_BIN", names: ["java"] },
  systemdAnalyze: { variable: "SYSTEMDANALYZE_BIN", names: ["systemd-analyze"] },
  prometheus: { variable: "PROMETHEUS_BIN", names: ["prometheus"] },
} as const;

/** The names of all tools. */
export const toolNames = Object.keys(tools) as readonly Tool[];

/**
 * Returns the path of a tool, from its variable, the PATH, or where `.ci/run` stores it; `undefined` if it is missing.
 */
export function findTool(tool: Tool): string | undefined {
  const { variable, names } = tools[tool];
  const named = process.env[variable];
  if (named !== undefined && named !== "") return named;
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const places = [
    ...(process.env["PATH"] ?? "").split(path.delimiter),
    "/usr/sbin",
    path.join(cache, "dag-ci/venv/bin"),
    path.join(cache, "dag-ci/bin"),
    ...pluginPlaces,
  ];
  return places.flatMap((place) => names.map((name) => path.join(place, name))).find(isExecutable);
}

/** The directories in which the packages of Debian and Docker install plugins. */
const pluginPlaces = [
  "/usr/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/local/lib/docker/cli-plugins",
];

/** Returns the path of a tool; without it the test is skipped with the reason, or fails if CI is set. */
export function toolOrSkip(t: TestContext, tool: Tool): string | undefined {
  const found = findTool(tool);
  const reason = `${tool} is not installed (or name it in ${tools[tool].variable})`;
  if (found === undefined && isExcused(tool)) t.skip(`${excuse}${reason}`);
  else if (found === undefined) skipOrFail(t, reason);
  return found;
}

/** Skips the test because the machine lacks something; fails it in CI, where nothing may be missing. */
export function skipOrFail(t: TestContext, reason: string): void {
  if (isCi()) throw new Error(`CI may skip nothing: ${reason}`);
  t.skip(reason);
}

/** Returns whether nothing may be missing (CI=true). */
export function isCi(): boolean {
  return process.env["CI"] === "true" || process.env["CI"] === "1";
}

/** The prefix of reasons for skips that CI permits. */
export const excuse = "excused: ";

/** Returns whether CI may lack this tool, because its machine cannot have it (CI_EXCUSED, names with commas). */
export function isExcused(tool: string): boolean {
  return (process.env["CI_EXCUSED"] ?? "").split(",").includes(tool);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
