/**
 * What the configuration folder produces and every other folder reads: all settings after file, environment
 * and labels were merged, validated and given their defaults. Durations are milliseconds; `0` means off.
 */
export interface Settings {
  readonly gateway: GatewaySettings;
  readonly workloads: readonly WorkloadSettings[];
  readonly groups: readonly GroupSettings[];
}

/** What has become of some settings; those of all others stay as they are. */
export interface SettingsChange {
  readonly gateway: GatewaySettings;
  /** Every workload and group that may have got other settings, or has none any more; at least those below. */
  readonly names: ReadonlySet<string>;
  readonly workloads: readonly WorkloadSettings[];
  readonly groups: readonly GroupSettings[];
}

export interface GatewaySettings {
  readonly port: number;
  readonly bind: string;
  readonly logLines: number;
  readonly discoveryIntervalMs: number;
  /** CIDRs, normalised; a bare address became /32 or /128. */
  readonly trustedProxies: readonly string[];
  readonly adminAuth: AdminAuth;
  readonly adminHosts: readonly string[];
  readonly scheduleTimezone: string;
  /** The network shared with containers; empty: that of the gateway's own container. */
  readonly network: string;
  readonly address: AddressMode;
  /** What the Docker host of `DOCKER_HOST` is called; its containers have their plain names. */
  readonly usualDocker: string;
  /** Managers of a swarm, as in DOCKER_HOST; empty: the daemon there, if it is one. */
  readonly swarmManagers: readonly string[];
  readonly holdTimeoutMs: number;
  readonly maxPending: number;
  readonly logs: LogAccess;
  /** Empty: memory only. */
  readonly stateFile: string;
  /** Empty: the built-in pages. */
  readonly templatesDir: string;
  readonly theme: Theme;
  readonly traefik: TraefikProviderSettings;
  readonly notify: readonly NotifySettings[];
}

export type AddressMode = "auto" | "container" | "published";
export type LogAccess = "starting" | "always" | "never";
export type Theme = "default" | "minimal" | "terminal";

/**
 * `trustedHeader` (lower-case): in a request from a trusted proxy it names the authenticated user; absent: no field
 * does.
 */
export type AdminAuth =
  | { readonly method: "none" }
  | {
      readonly method: "basic";
      readonly username: string;
      readonly password: string;
      readonly trustedHeader?: string;
    }
  | { readonly method: "bearer"; readonly token: string; readonly trustedHeader?: string };

export interface TraefikProviderSettings {
  readonly entryPoints: readonly string[];
  readonly certResolver: string;
  readonly via: "auto" | "forward-auth" | "proxy";
  readonly whenAwake: "ask" | "direct";
  /** How long Traefik may take to apply a document. */
  readonly throttleMs: number;
  readonly middlewares: readonly string[];
  readonly priority: number;
}

export type NotifyEvent = "wake" | "ready" | "stop" | "failed";

export interface NotifySettings {
  readonly url: string;
  readonly events: readonly NotifyEvent[];
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
  readonly preset: "" | "ntfy" | "discord" | "slack" | "gotify";
  /** With `{{ field }}`: JSON is the whole body, another text is the message of the preset; empty: the preset's own. */
  readonly template: string;
}

/** One thing that an engine starts and stops: a container, or a local process. */
export interface WorkloadSettings {
  readonly name: string;
  /** Lower-case host names, possibly with a port, possibly `*.example.com`; empty for a dependency or member. */
  readonly hosts: readonly string[];
  readonly origin: "file" | "label" | "implied";
  /** Set for a local process; absent for a Docker container. */
  readonly process?: ProcessSettings;
  /** The id of its engine; absent: Docker's, or that of local processes. */
  readonly engine?: string;
  /** Where the app listens; `undefined` on a workload without a host and without the key: running is ready enough. */
  readonly targetPort: number | undefined;
  /** No port is configured: `targetPort` is only tried if its image exposes no other one. */
  readonly findsPort?: boolean;
  /** By host, its own or its groups': the port that the host names, where that is another one; absent: none does. */
  readonly hostPorts?: Readonly<Record<string, number>>;
  readonly startTimeoutMs: number;
  /** `undefined`: the key is unset (a dependency is then stopped with the last workload that needs it); 0: never. */
  readonly idleTimeoutMs: number | undefined;
  readonly network: string;
  /** Empty: the requested path. */
  readonly redirectPath: string;
  readonly icon: string;
  /** Empty: Docker's own health check if there is one, else a TCP connect. */
  readonly healthPath: string;
  readonly targetScheme: "http" | "https";
  /** Its certificate must be valid for the requested host. */
  readonly targetVerify: boolean;
  /** The Host of probes; empty: a host of its own or its group's. */
  readonly healthHost: string;
  readonly dependsOn: readonly Dependency[];
  readonly schedule: ScheduleSettings | undefined;
  readonly wake: "auto" | "page" | "hold";
  /** `started`: after a stop from outside it is not woken until it is started from outside. */
  readonly wakeAfterStop?: "asked" | "started";
  readonly holdTimeoutMs: number;
  readonly maxPending: number;
  readonly stopMethod: StopMethod;
  /** `undefined`: the container's own stop timeout, else 10 s. */
  readonly stopTimeoutMs: number | undefined;
  /** Empty: the image's own. */
  readonly stopSignal: string;
  readonly minUptimeMs: number;
  /** `undefined`: `requests`, or `traffic` after the first auth request about it. */
  readonly idleSignal: IdleSignal | undefined;
  readonly busyPath: string;
  /** Whether Traefik asks before each request while it is ready; absent: as the gateway's settings say. */
  readonly traefikWhenAwake?: "ask" | "direct";
  readonly passHost: boolean;
  readonly logs: LogAccess;
  readonly title: string;
  readonly message: string;
  readonly color: string;
  readonly logo: string;
  readonly weight: number;
  /** Which of its instances gets the next request; absent: in turn. */
  readonly strategy?: BalanceStrategy;
  /** The cookie that keeps a client with an instance; absent: none. */
  readonly sticky?: string;
  /** How many of its instances must answer before requests go to it after a start; absent: 1. */
  readonly minReady?: number;
  readonly ignore: IgnoreRules | undefined;
  readonly pauseAfterMs: number;
  readonly throttleAfterMs: number;
  readonly throttleCpus: number;
  /** 0: unchanged. */
  readonly throttleMemoryBytes: number;
}

export type BalanceStrategy = "round-robin" | "least-connections" | "weighted";
export type StopMethod = "stop" | "pause" | "kill";
export type IdleSignal = "requests" | "traffic" | "connections" | "cpu";

export interface ProcessSettings {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
}

export interface Dependency {
  readonly name: string;
  readonly condition: DependencyCondition;
  /** Its network is shared too: the workload that shares it cannot start without it, nor outlive it. */
  readonly sharesNetwork?: true;
}

/** `started`: it runs. `healthy`: it is ready. `completed`: it ended with exit code 0. */
export type DependencyCondition = "started" | "healthy" | "completed";

/** Cron expressions with five or six fields; one of the two may be empty. */
export interface ScheduleSettings {
  readonly start: string;
  readonly stop: string;
  /** IANA name; never empty. */
  readonly timezone: string;
}

/** Requests that match any rule neither wake nor keep awake. */
export interface IgnoreRules {
  /** Lower-case substrings of the User-Agent. */
  readonly userAgents: readonly string[];
  /** Exact paths, or with `*` for any run of characters. */
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly ips: readonly string[];
  /** What they get while it sleeps. */
  readonly status: AsleepStatus;
}

export type AsleepStatus = 200 | 204 | 503;

export interface GroupSettings {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly strategy: BalanceStrategy;
  /** Cookie name; empty: not sticky. */
  readonly sticky: string;
  readonly members: readonly string[];
  /** 0: wake all members at once. */
  readonly targetConcurrency: number;
}
