import type { GatewaySettings, GroupSettings, Settings, WorkloadSettings } from "../../src/core/settings.ts";

/** A configuration of these workloads; settings that a test leaves out have their documented default (no state file, no auth). */
export function settingsOf(
  workloads: readonly (Partial<WorkloadSettings> & { name: string })[],
  more: { gateway?: Partial<GatewaySettings>; groups?: readonly (Partial<GroupSettings> & { name: string })[] } = {},
): Settings {
  return {
    gateway: { ...GATEWAY, ...more.gateway },
    workloads: workloads.map((workload) => ({ ...WORKLOAD, hosts: [`${workload.name}.test`], ...workload })),
    groups: (more.groups ?? []).map((group) => ({ ...GROUP, hosts: [`${group.name}.test`], ...group })),
  };
}

const GATEWAY: GatewaySettings = {
  port: 8080,
  bind: "127.0.0.1",
  logLines: 30,
  discoveryIntervalMs: 15_000,
  trustedProxies: [],
  adminAuth: { method: "none" },
  adminHosts: [],
  scheduleTimezone: "UTC",
  network: "",
  address: "auto",
  defaultDocker: "docker",
  swarmManagers: [],
  holdTimeoutMs: 25_000,
  maxPending: 1_000,
  logs: "starting",
  stateFile: "",
  templatesDir: "",
  theme: "default",
  traefik: {
    entryPoints: ["websecure"],
    certResolver: "",
    via: "forward-auth",
    whenAwake: "ask",
    throttleMs: 2_000,
    middlewares: [],
    priority: 100_000,
  },
  notify: [],
};

const WORKLOAD: Omit<WorkloadSettings, "name" | "hosts"> = {
  origin: "file",
  targetPort: 80,
  startTimeoutMs: 60_000,
  idleTimeoutMs: undefined,
  network: "",
  redirectPath: "",
  icon: "docker",
  healthPath: "",
  healthHost: "",
  targetScheme: "http",
  targetVerify: false,
  dependsOn: [],
  schedule: undefined,
  wake: "auto",
  holdTimeoutMs: 25_000,
  maxPending: 1_000,
  stopMethod: "stop",
  stopTimeoutMs: undefined,
  stopSignal: "",
  minUptimeMs: 0,
  idleSignal: undefined,
  busyPath: "",
  passHost: true,
  logs: "starting",
  title: "",
  message: "",
  color: "",
  logo: "",
  weight: 1,
  ignore: undefined,
  pauseAfterMs: 0,
  throttleAfterMs: 0,
  throttleCpus: 0.1,
  throttleMemoryBytes: 0,
};

const GROUP: Omit<GroupSettings, "name" | "hosts"> = {
  strategy: "round-robin",
  sticky: "",
  members: [],
  targetConcurrency: 0,
};
