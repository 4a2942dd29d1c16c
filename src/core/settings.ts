/**
 * All settings, after file, environment and labels were merged, validated and completed with defaults. The
 * configuration folder produces them, all others read them. Durations are milliseconds; `0` means off.
 */
export interface Settings {
  readonly gateway: GatewaySettings;
  readonly workloads: readonly WorkloadSettings[];
  readonly groups: readonly GroupSettings[];
}

/** A change of some settings; all others stay as they are. */
export interface SettingsChange {
  readonly gateway: GatewaySettings;
  /** The workloads and groups whose settings may have changed or been removed; includes all those below. */
  readonly names: ReadonlySet<string>;
  readonly workloads: readonly WorkloadSettings[];
  readonly groups: readonly GroupSettings[];
}

/** The settings of the gateway itself. */
export interface GatewaySettings {
  readonly port: number;
  readonly bind: string;
  readonly logLines: number;
  readonly discoveryIntervalMs: number;
  /** Normalised CIDRs; a bare address has become /32 or /128. */
  readonly trustedProxies: readonly string[];
  readonly adminAuth: AdminAuth;
  readonly adminHosts: readonly string[];
  readonly scheduleTimezone: string;
  /** The network shared with containers; empty: that of the gateway's own container. */
  readonly network: string;
  readonly address: AddressMode;
  /** The name of the Docker host in `DOCKER_HOST`; its containers are known without this prefix. */
  readonly defaultDocker: string;
  /** Addresses of swarm managers, written as in DOCKER_HOST; empty: that daemon, if it is a manager. */
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

/** How containers are reached. */
export type AddressMode = "auto" | "container" | "published";
/** When clients may see the output of an app. */
export type LogAccess = "starting" | "always" | "never";
/** The designs of the built-in pages. */
export type Theme = "default" | "minimal" | "terminal";

/**
 * How administrators log in. `trustedHeader` (lower case) is the field in which a trusted proxy names the authenticated
 * user.
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

/** The settings of Traefik's provider document. */
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

/** The events that webhooks can receive. */
export type NotifyEvent = "wake" | "ready" | "stop" | "failed";

/** The settings of a webhook. */
export interface NotifySettings {
  readonly url: string;
  readonly events: readonly NotifyEvent[];
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
  readonly preset: "" | "ntfy" | "discord" | "slack" | "gotify";
  /**
   * May contain `{{ field }}`. JSON is the whole body, other text the preset's message; empty: the preset's default.
   */
  readonly template: string;
}

/** One thing that an engine starts and stops: a container, or a local process. */
export interface WorkloadSettings {
  readonly name: string;
  /** Lower-case host names, optionally with a port or as `*.example.com`; empty for a dependency or member. */
  readonly hosts: readonly string[];
  readonly origin: "file" | "label" | "implied";
  /** Set for a local process; absent for a Docker container. */
  readonly process?: ProcessSettings;
  /** The id of its engine; absent: Docker, or local processes. */
  readonly engine?: string;
  /** Where the app listens; `undefined` without a host and without the key: it is ready as soon as it runs. */
  readonly targetPort: number | undefined;
  /** No port is configured; `targetPort` is the default if the image exposes no other port. */
  readonly findsPort?: boolean;
  /** The ports of those hosts (its own or its groups') that have another port than `targetPort` (`host=port`). */
  readonly hostPorts?: Readonly<Record<string, number>>;
  readonly startTimeoutMs: number;
  /** 0: never. `undefined`: not configured; a dependency is then stopped after the last workload that needs it. */
  readonly idleTimeoutMs: number | undefined;
  readonly network: string;
  /** Empty: the requested path. */
  readonly redirectPath: string;
  readonly icon: string;
  /** Empty: Docker's own health check if there is one, else a TCP connect. */
  readonly healthPath: string;
  readonly targetScheme: "http" | "https";
  /** The app's certificate must be valid for the requested host. */
  readonly targetVerify: boolean;
  /** The Host field of probes; empty: one of its own or its group's hosts. */
  readonly healthHost: string;
  readonly dependsOn: readonly Dependency[];
  readonly schedule: ScheduleSettings | undefined;
  readonly wake: "auto" | "page" | "hold";
  /** `started`: after somebody else has stopped it, it is not woken until somebody else starts it. */
  readonly wakeAfterStop?: "asked" | "started";
  readonly holdTimeoutMs: number;
  readonly maxPending: number;
  readonly stopMethod: StopMethod;
  /** `undefined`: the container's own stop timeout, else 10 s. */
  readonly stopTimeoutMs: number | undefined;
  /** Empty: the image's. */
  readonly stopSignal: string;
  readonly minUptimeMs: number;
  /** `undefined`: `requests`, or `traffic` after its first auth request. */
  readonly idleSignal: IdleSignal | undefined;
  readonly busyPath: string;
  /** Whether Traefik sends auth requests while the app is ready; absent: the gateway's `when_awake`. */
  readonly traefikWhenAwake?: "ask" | "direct";
  readonly passHost: boolean;
  readonly logs: LogAccess;
  readonly title: string;
  readonly message: string;
  readonly color: string;
  readonly logo: string;
  readonly weight: number;
  /** How requests are distributed among its instances; absent: in turn. */
  readonly strategy?: BalanceStrategy;
  /** The name of the cookie that keeps a client with one instance; absent: not sticky. */
  readonly sticky?: string;
  /** How many instances must answer after a start before it gets requests; absent: 1. */
  readonly minReady?: number;
  readonly ignore: IgnoreRules | undefined;
  readonly pauseAfterMs: number;
  readonly throttleAfterMs: number;
  readonly throttleCpus: number;
  /** 0: unchanged. */
  readonly throttleMemoryBytes: number;
}

/** How requests are distributed. */
export type BalanceStrategy = "round-robin" | "least-connections" | "weighted";
/** How an idle workload is stopped. */
export type StopMethod = "stop" | "pause" | "kill";
/** What counts as activity in addition to requests. */
export type IdleSignal = "requests" | "traffic" | "connections" | "cpu";

/** A local program. */
export interface ProcessSettings {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
}

/** A dependency with the condition that it must meet. */
export interface Dependency {
  readonly name: string;
  readonly condition: DependencyCondition;
  /** The dependent uses its network, so it can neither start without it nor outlive it. */
  readonly sharesNetwork?: true;
}

/** What a dependent waits for: `started`: it runs. `healthy`: it is ready. `completed`: it ended with exit code 0. */
export type DependencyCondition = "started" | "healthy" | "completed";

/** Cron expressions with five or six fields; one of the two expressions may be empty. */
export interface ScheduleSettings {
  readonly start: string;
  readonly stop: string;
  /** IANA name; never empty. */
  readonly timezone: string;
}

/** A request that matches any of these rules neither wakes the app nor keeps it awake. */
export interface IgnoreRules {
  /** Lower-case substrings of the User-Agent. */
  readonly userAgents: readonly string[];
  /** Exact paths; `*` stands for any characters. */
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly ips: readonly string[];
  /** The status for such a request while the app sleeps. */
  readonly status: AsleepStatus;
}

/** The possible values of `ignore.status`. */
export type AsleepStatus = 200 | 204 | 503;

/** Several workloads behind the same hosts. */
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
