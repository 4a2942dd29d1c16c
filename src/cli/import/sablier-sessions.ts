import { parseDuration, formatDuration } from "../../core/duration.ts";
import type { Service } from "./types.ts";

/** A use of Sablier in a front proxy: what it wakes, for how long, and whether visitors see a page. */
export interface Session {
  /** The id of the container with that label. */
  readonly by: string;
  readonly groups: readonly string[];
  readonly names: readonly string[];
  /** The duration; empty: Sablier's default. */
  readonly duration: string;
  readonly title: string;
  /** How long visitors are held; `undefined`: they see a page. */
  readonly holdTimeout: string | undefined;
  readonly userAgents: readonly string[];
  /** Settings without an equivalent. */
  readonly comments: readonly string[];
}

/** The relevant settings in Sablier's flags and variables. */
export interface SablierDefaults {
  readonly duration: string;
  readonly holdTimeout: string;
  readonly pauses: boolean;
}

/** Reads the settings of the plugin from labels of Traefik and Caddy on a container. */
export function readSessions({ id, labels }: Pick<Service, "id" | "labels">): readonly Session[] {
  const uses = new Map<string, Map<string, string>>();
  for (const [label, value] of Object.entries(labels)) {
    const [, use = "", setting = ""] = TRAEFIK.exec(label) ?? CADDY.exec(label) ?? [];
    if (use === "") continue;
    // Label names are case-insensitive, and Caddy's keys contain underscores.
    const key = setting
      .toLowerCase()
      .replaceAll("_", "")
      .replace(/\[\d+\]$/, "");
    const settings = uses.get(use) ?? uses.set(use, new Map()).get(use);
    settings?.set(key, settings.has(key) ? `${settings.get(key)},${value}` : value);
  }
  return [...uses].map(([use, settings]) => sessionOf(id, use, settings));
}

const TRAEFIK = /^traefik\.http\.middlewares\.([^.]+)\.plugin\.[^.]*sablier[^.]*\.(.+)$/i;
const CADDY = /^(caddy(?:_\d+)?)\.(?:\d+_)?sablier\.(.+)$/i;

/** Reads flags (`--sessions.default-duration=5m`) and variables of the container that runs Sablier. */
export function readDefaults(services: readonly Service[]): SablierDefaults {
  const read = (key: string): string | undefined => {
    const variable = key.toUpperCase().replaceAll(/[.-]/g, "_");
    for (const { command, environment } of services) {
      const flag = command.find((word) => word.toLowerCase().startsWith(`--${key}=`));
      const value = flag?.slice(key.length + 3) ?? environment[`SABLIER_${variable}`] ?? environment[variable];
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return {
    duration: durationOf(read("sessions.default-duration")) || "5m",
    holdTimeout: durationOf(read("strategy.blocking.default-timeout")) || "1m",
    pauses: read("provider.docker.strategy") === "pause",
  };
}

/** Converts a duration to our notation; empty if it is invalid. */
export function durationOf(text: string | undefined): string {
  const parsed = parseDuration(text ?? "");
  return parsed.ok && parsed.value > 0 ? formatDuration(parsed.value) : "";
}

function sessionOf(by: string, use: string, settings: ReadonlyMap<string, string>): Session {
  const agents = (settings.get("ignoreuseragent") ?? "").split(",").map((pattern) => pattern.trim());
  const plain = agents.map((pattern) => pattern.replace(/^\(\?i\)/, "")).filter((pattern) => pattern !== "");
  const isBlocking = [...settings.keys()].some((key) => key.startsWith("blocking"));
  return {
    by,
    groups: list(settings.get("group")),
    names: list(settings.get("names")),
    duration: durationOf(settings.get("sessionduration")),
    title: settings.get("dynamic.displayname") ?? "",
    holdTimeout: isBlocking ? durationOf(settings.get("blocking.timeout")) : undefined,
    userAgents: plain.filter((pattern) => PLAIN.test(pattern)),
    comments: [
      ...plain
        .filter((pattern) => !PLAIN.test(pattern))
        .map((pattern) => `${use}: ignoreUserAgent ${pattern} is a pattern; ignore.user_agents takes plain text`),
      ...[...settings].flatMap(([key, value]) => commentOn(use, key, value)),
    ],
  };
}

/** A pattern without special characters. */
const PLAIN = /^[\w /-]+$/;

function commentOn(use: string, key: string, value: string): string[] {
  if (TAKEN.has(key)) return [];
  return [`${use}: ${key}=${value}: ${WITHOUT_EQUIVALENT[key] ?? "not recognised"}`];
}

const TAKEN: ReadonlySet<string> = new Set(
  "group names sablierurl sessionduration ignoreuseragent dynamic dynamic.displayname blocking blocking.timeout".split(
    " ",
  ),
);

const WITHOUT_EQUIVALENT: Readonly<Record<string, string>> = {
  "dynamic.theme": "one theme for all pages, gateway.theme: default, minimal or terminal",
  "dynamic.showdetails": "no equivalent; logs sets when visitors see log lines",
  "dynamic.refreshfrequency": "not needed; the page is updated at once",
  "blocking.defaultrefreshfrequency": "not needed; held requests continue at once",
  failopen: "no equivalent here; configure it in the front proxy",
  keepaliveinterval: "not needed; open connections keep it awake",
};

function list(text = ""): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
