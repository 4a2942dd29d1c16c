import type { TestContext } from "node:test";
import type { Theme, WorkloadSettings } from "../../src/core/settings.ts";
import { describeWorkload } from "../../src/config/merge/describe-settings.ts";
import type { Memory } from "../../src/lifecycle/ports.ts";
import { closeLease, openLease } from "../../src/lifecycle/workload/lease.ts";
import { PROXY_TRAITS } from "../../src/proxy/handler.ts";
import { createResponder } from "../../src/respond/responder.ts";
import { createDailySchedule } from "./daily-schedule.ts";
import { byContainer, type EndpointsServer, startEndpoints } from "./endpoints-fixture.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { settingsOf } from "./settings.ts";

type App = Partial<WorkloadSettings> & { readonly name: string };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The apps of a home server in every state that there is, as an administrator finds them some evening. */
export async function startFleet(
  t: TestContext,
  gateway: Parameters<typeof settingsOf>[1] = {},
  more: { readonly apps?: readonly App[]; readonly theme?: Theme } = {},
): Promise<EndpointsServer> {
  const startMs = Date.now() - 3 * HOUR;
  const responder = createResponder({ templatesDir: "", theme: more.theme ?? "default", report: () => {} });
  const settings = settingsOf([...APPS, ...(more.apps ?? [])], { groups: GROUPS, ...gateway });
  const fixture = await startEndpoints(t, settings, {
    startMs,
    workloads: WORKLOADS,
    memories: new Map(APPS.map(({ name }, index) => [name, memoryOf(index, startMs)])),
    createSchedule: createDailySchedule,
    deps: {
      responder: () => responder,
      merged: () => ({ faults: FAULTS, originsOf: () => PROVENANCE }),
      describeSettings: (workload) => describeWorkload(workload, PROVENANCE),
    },
  });
  await bringAbout(fixture);
  return fixture;
}

/** What happened this evening. */
async function bringAbout({ lifecycle, clock, record, engine }: EndpointsServer): Promise<void> {
  for (const name of lifecycle.records.keys())
    engine.get(name).usage = { ...NO_TRAFFIC, memoryBytes: (40 + (name.length % 7) * 160) * 1e6 };
  engine.remove("old-wiki");
  const visit = async (userAgent: string, ...names: readonly string[]): Promise<void> => {
    for (const name of names) {
      const route = lifecycle.routes().byName.get(name);
      if (route === undefined) throw new Error(`there is no route ${name}`);
      const request = { ...VISITOR, userAgent, aborted: new AbortController().signal };
      void lifecycle.admit(route, request, PROXY_TRAITS, "request").then((admission) => {
        if (admission.kind === "forward" && admission.lease)
          closeLease(admission.lease, clock, lifecycle.context.rearm);
      });
      await clock.advance(9_000);
    }
  };
  await visit(BROWSER, "jellyfin", "vaultwarden", "freshrss", "paperless");
  await clock.advance(2 * HOUR);
  await visit(BROWSER, "jellyfin", "immich", "nextcloud");
  await visit("curl/8", "grafana");
  await clock.advance(40 * MINUTE);
  await visit(BROWSER, "jellyfin", "immich", "nextcloud", "gitea");
  await visit(BOT, "api");
  await clock.advance(2 * MINUTE);
  lifecycle.pin(record("nextcloud"), 8 * HOUR);
  openLease(record("jellyfin"), "request", 0);
  openLease(record("jellyfin"), "request", 0);
  openLease(record("jellyfin"), "tunnel", 0);
  await visit(BROWSER, "broken-shop");
  await clock.advance(MINUTE);
  lifecycle.wake(record("minecraft"), "request");
  await clock.advance(4_000);
}

const VISITOR = {
  kind: "other",
  method: "GET",
  path: "/",
  address: "192.0.2.1",
  isPrefetch: false,
  sticky: undefined,
  host: undefined,
} as const;
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

const APPS: readonly App[] = [
  { name: "jellyfin", title: "Jellyfin", icon: "jellyfin", idleTimeoutMs: 30 * MINUTE },
  {
    name: "immich",
    title: "Immich",
    icon: "immich",
    idleTimeoutMs: 30 * MINUTE,
    dependsOn: [
      { name: "immich-db", condition: "healthy" },
      { name: "immich-redis", condition: "started" },
    ],
  },
  { name: "immich-db", hosts: [], icon: "postgresql" },
  { name: "immich-redis", hosts: [], icon: "redis" },
  {
    name: "nextcloud",
    title: "Nextcloud",
    icon: "nextcloud",
    hosts: ["cloud.home.test", "files.home.test"],
    idleTimeoutMs: 30 * MINUTE,
    dependsOn: [
      { name: "nextcloud-init", condition: "completed" },
      { name: "mariadb", condition: "healthy" },
    ],
  },
  { name: "nextcloud-init", hosts: [] },
  { name: "mariadb", hosts: [], icon: "mariadb" },
  { name: "gitea", title: "Gitea", icon: "gitea", idleTimeoutMs: 15 * MINUTE, startTimeoutMs: 30_000 },
  { name: "vaultwarden", title: "Vaultwarden", icon: "vaultwarden", idleTimeoutMs: 10 * MINUTE },
  { name: "freshrss", icon: "rss", idleTimeoutMs: 10 * MINUTE, stopMethod: "pause" },
  { name: "grafana", title: "Grafana", icon: "grafana", idleTimeoutMs: 0 },
  {
    name: "paperless",
    icon: "paperlessngx",
    idleTimeoutMs: 20 * MINUTE,
    dependsOn: [{ name: "mariadb", condition: "healthy" }],
  },
  { name: "minecraft", title: "Minecraft", icon: "docker", hosts: ["*.play.test"], idleTimeoutMs: HOUR },
  { name: "broken-shop", idleTimeoutMs: HOUR },
  { name: "old-wiki", idleTimeoutMs: HOUR },
  {
    name: "office",
    title: "Office hours",
    idleTimeoutMs: HOUR,
    schedule: { start: "0:01", stop: "0:02", timezone: "UTC" },
  },
  { name: "api-1", hosts: [], idleTimeoutMs: 20 * MINUTE },
  { name: "api-2", hosts: [], idleTimeoutMs: 20 * MINUTE },
  { name: "api-3", hosts: [], idleTimeoutMs: 20 * MINUTE },
];

const GROUPS = [{ name: "api", hosts: ["api.home.test"], members: ["api-1", "api-2", "api-3"] }];

const WORKLOADS = {
  jellyfin: { startMs: 2_600, image: "jellyfin/jellyfin:10.10", logs: LOG("Main: version 10.10.3") },
  minecraft: { startMs: 3_000, listenMs: 90_000, logs: LOG("Preparing level") },
  "broken-shop": {
    endsAfterMs: 500,
    listenMs: Infinity,
    endsWith: { code: 137, oomKilled: true, message: "" },
    logs: LOG("fatal"),
  },
  "nextcloud-init": { endsAfterMs: 900, listenMs: Infinity, endsWith: { code: 0, oomKilled: false, message: "" } },
  gitea: { listenMs: 2_000 },
  immich: { startMs: 4_300 },
  "immich-db": { startMs: 1_900 },
  "immich-redis": { startMs: 400 },
  nextcloud: { startMs: 5_100 },
  mariadb: { startMs: 2_100 },
  grafana: { startMs: 1_200 },
  vaultwarden: { startMs: 700 },
  paperless: { startMs: 6_400 },
  "api-1": { startMs: 600 },
  "api-2": { startMs: 700 },
  "api-3": { startMs: 900 },
} satisfies Record<string, Partial<FakeWorkload>>;

function LOG(words: string): string[] {
  return Array.from({ length: 12 }, (_, line) => `[12:0${line % 10}:03] [INF] ${words} (${line + 1})`);
}

const FAULTS = byContainer([
  {
    place: { kind: "label", container: "vaultwarden", label: "dag.idle_timout" },
    message: 'unknown key; did you mean "idle_timeout"?',
  },
  {
    place: { kind: "label", container: "paperless_ngx_production_webserver_1", label: "dag.hots" },
    message: 'unknown key; did you mean "host"?',
  },
]);

const PROVENANCE = new Map([
  ["jellyfin.host", "config.yaml line 12"],
  ["jellyfin.idle_timeout", "config.yaml line 14"],
  ["jellyfin.title", "label dag.title"],
  ["jellyfin.icon", "label dag.icon"],
]);

const NO_TRAFFIC = { rxBytes: 0, txBytes: 0, rxPackets: 0, txPackets: 0, cpuMs: 0, connections: 0 };

function memoryOf(index: number, nowMs: number): Memory {
  const wakesMs = Array.from(
    { length: index % 5 === 4 ? 0 : 6 + index },
    (_, wake) => 1_800 + ((wake * 37 + index * 113) % 23) * 120,
  );
  return {
    lastActivityMs: nowMs - (index + 1) * 7 * HOUR,
    wakesMs,
    failures: 0,
    failedAtMs: undefined,
    stoppedByUs: true,
    wokenByUs: false,
    asleepMs: (index * 37 + 12) * HOUR,
    wakesTotal: wakesMs.length * 3,
  };
}
