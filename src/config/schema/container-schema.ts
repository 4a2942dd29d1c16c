import { z } from "zod";
import {
  choice,
  cidr,
  cookieName,
  cron,
  decimal,
  size,
  duration,
  flag,
  hosts,
  integer,
  list,
  name,
  numberOf,
  simpleHost,
  text,
  textLike,
  timezone,
} from "./values.ts";

/** The container names that Docker accepts. */
export const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * The same, optionally with a Docker host (`nas:notes`); or a Deployment or StatefulSet (`kubernetes:namespace/name`).
 */
const WORKLOAD_NAME = /^(?:(?:[a-z0-9][a-z0-9-]*:)?[a-zA-Z0-9][a-zA-Z0-9_.-]*|kubernetes:[a-z0-9-]+\/[a-z0-9.-]+)$/;
const WORKLOAD_NAMES = "a container name (letters, digits, _ . -), host:container or kubernetes:namespace/name";

const path = () => textLike(/^\/(?!\/)\S*$/, 'a path that begins with one "/"');
const logs = () => choice("starting", "always", "never");

/** The signals of Linux as Docker accepts them: by name, with or without SIG, or by number. */
const SIGNAL =
  /^(SIG)?(ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT|STOP|SYS|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ|RTMIN(\+([1-9]|1[0-5]))?|RTMAX(-([1-9]|1[0-4]))?)$|^([1-9]|[1-5]\d|6[0-4])$/;

const processKeys = z
  .strictObject({
    command: z.array(text()).min(1).describe("Program and arguments, one list item each; no shell is involved."),
    cwd: text().prefault("").describe("Working directory; empty: the gateway's own."),
    env: z.record(z.string(), text()).prefault({}).describe("More environment variables."),
    port: integer(1, 65_535).describe("Port on 127.0.0.1 that the program listens on."),
  })
  .meta({ required: ["command", "port"] });

const ignoreKeys = z
  .strictObject({
    user_agents: list(text()).prefault([]).describe("Parts of the User-Agent, in upper or lower case."),
    paths: list(textLike(/^[/*]\S*$/, 'a path that begins with "/"'))
      .prefault([])
      .describe("Exact paths; `*` stands for any characters."),
    methods: list(name(/^[A-Za-z-]+$/, "an HTTP method"))
      .prefault([])
      .describe("HTTP methods."),
    ips: list(cidr()).prefault([]).describe("Addresses or networks of clients."),
    preset: list(choice("uptime", "crawlers"))
      .prefault([])
      .describe("Built-in lists of well-known uptime checkers, and of crawlers and link previews."),
    status: numberOf(200, 204, 503)
      .prefault(503)
      .describe(
        "Status for these requests while the container is asleep; behind Traefik and Caddy always 503, since a 2xx would let them pass.",
      ),
  })
  .check(({ value, issues }) => {
    const { status, ...rules } = value;
    if (status === 503 || Object.values(rules).some(({ length }) => length > 0)) return;
    const message = `has no effect without a rule: ${Object.keys(rules).join(", ")}`;
    issues.push({ code: "custom", message, path: ["status"], input: status });
  });

/** The keys of a container with their descriptions; labels have the same keys as `dag.<key>`. */
export const containerSchema = z
  .strictObject({
    name: name(WORKLOAD_NAME, WORKLOAD_NAMES).describe(
      "The container's name in Docker, on another Docker host `host:name`; a Deployment or StatefulSet is `kubernetes:namespace/name`.",
    ),
    host: hosts()
      .optional()
      .describe(
        "Host names of the app; also `*.example.com` and `host:port`. A host may name a port inside the container that it routes to: `s3.example.com=9000`. Not needed for a dependency, a group's member, or a container that a front proxy names by path (`/_auth/FRONT/container/NAME`).",
      ),
    target_port: integer(1, 65_535)
      .optional()
      .meta({
        unsetMeans:
          "the first port that hosts name, if all do; else the one TCP port that the image exposes (80 is tried as well), else 80",
      })
      .describe("Port that the app listens on inside the container, for every host that names no other one."),
    target_scheme: choice("http", "https")
      .prefault("http")
      .describe("Protocol of the app on that port; `https` for an app that accepts only TLS."),
    target_verify: flag()
      .prefault(false)
      .describe(
        "With `target_scheme: https`: the app's certificate must be valid for the requested host (add authorities by `NODE_EXTRA_CA_CERTS`).",
      ),
    start_timeout: duration()
      .prefault("60s")
      .describe("Maximum time from the start until the app is ready; then the wake fails."),
    idle_timeout: duration()
      .optional()
      .meta({ unsetMeans: "0" })
      .describe(
        "Idle time after which the container is stopped; 0: never. A dependency without this key is stopped with the last container that needs it.",
      ),
    network: text().prefault("").describe("The Docker network by which the gateway reaches it; empty: the gateway's."),
    redirect_path: path()
      .prefault("")
      .describe(
        "Path that the loading page opens when the app is ready; empty: the address that the visitor requested.",
      ),
    icon: text()
      .prefault("docker")
      .describe("Icon on the app's pages: a slug of Simple Icons (simpleicons.org), such as `jellyfin`."),
    health_path: path()
      .prefault("")
      .describe(
        "Ready when a GET on this path answers 2xx; empty: when Docker's health check succeeds, else when the port accepts a connection.",
      ),
    health_host: simpleHost()
      .optional()
      .describe(
        "The Host header of probes (`health_path`, `busy_path`); unset: the first plain host, the group's, or for a wildcard a host that visitors requested.",
      ),
    depends_on: list(name(WORKLOAD_NAME, WORKLOAD_NAMES))
      .optional()
      .describe("Containers that must be ready first; unset: read from the Compose labels, with their conditions."),
    schedule_start: cron()
      .prefault("")
      .describe("When the container is started. With `schedule_stop`: reachable only in between."),
    schedule_stop: cron().prefault("").describe("When the container is stopped."),
    schedule_timezone: timezone()
      .optional()
      .meta({ inherits: "gateway.schedule_timezone" })
      .describe("Time zone of `schedule_start` and `schedule_stop`."),
    wake: choice("auto", "page", "hold")
      .prefault("auto")
      .describe(
        "While the container wakes: browsers get the loading page and other requests are held (`auto`), no request is held (`page`), or every request is held (`hold`).",
      ),
    wake_after_stop: choice("asked", "started")
      .prefault("asked")
      .describe(
        "What wakes the container after somebody else stopped it: the next request (`asked`), or only a start by somebody (`started`, for tools that stop an app and rely on it). A crash does not count as a stop.",
      ),
    hold_timeout: duration()
      .optional()
      .meta({ inherits: "gateway.hold_timeout" })
      .describe("Maximum time that a request waits for the container."),
    max_pending: integer(1, 1_000_000)
      .optional()
      .meta({ inherits: "gateway.max_pending" })
      .describe("Maximum number of requests that wait for the container at once."),
    stop_method: choice("stop", "pause", "kill").prefault("stop").describe("How the container is stopped when idle."),
    stop_timeout: duration()
      .optional()
      .describe(
        "Time to stop by itself before it is killed; unset: the container's own (`--stop-timeout`, Compose's `stop_grace_period`).",
      ),
    stop_signal: textLike(SIGNAL, "a signal such as SIGTERM")
      .prefault("")
      .describe("The signal for a stop; empty: the image's own. With Docker before API 1.42 it is sent by a kill."),
    min_uptime: duration().prefault("0").describe("Minimum time that the container stays awake after a start."),
    idle_signal: choice("requests", "traffic", "connections", "cpu")
      .optional()
      .describe(
        "What counts as activity besides requests; unset: `requests`, behind a front proxy `traffic`, and in another container's network `connections`.",
      ),
    traefik: z
      .strictObject({
        when_awake: choice("ask", "direct")
          .optional()
          .meta({ inherits: "gateway.traefik.when_awake" })
          .describe("Whether Traefik sends auth requests while the app is ready."),
      })
      .prefault({})
      .describe("What `/_provider/traefik` publishes of it."),
    busy_path: path().prefault("").describe("While a GET on this path answers 2xx, the container is not stopped."),
    pass_host: flag().prefault(true).describe("The app sees the client's Host header; false: its own address."),
    logs: logs()
      .optional()
      .meta({ inherits: "gateway.logs" })
      .describe("When visitors may read the container's last log lines."),
    title: text().prefault("").describe("Name on the app's pages; empty: the container's name."),
    message: text().prefault("").describe("Your own sentence on the loading page."),
    color: textLike(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, "a colour such as #3366ff")
      .prefault("")
      .describe("Accent colour of the app's pages."),
    logo: textLike(
      /^(data:image\/[^\r\n]+|[^/:\\]+)$/,
      "a data:image/… address or a file name (pages load nothing from other hosts)",
    )
      .prefault("")
      .describe(
        "Picture on the app's pages: a `data:image/…` address, or the name of a file in `templates_dir`; empty: the icon.",
      ),
    weight: integer(1, 1000).prefault(1).describe("Its share in a group with the strategy `weighted`."),
    strategy: choice("round-robin", "least-connections", "weighted")
      .optional()
      .describe(
        "Which task or pod of a service or Deployment gets the next request; unset: each in turn. On a member of a group made by labels: which member.",
      ),
    sticky: cookieName()
      .prefault("")
      .describe(
        "Name of a cookie that sends a client to the same task or pod again; on a member of a group made by labels, to the same member. Empty: none.",
      ),
    min_ready: integer(1, 10_000)
      .prefault(1)
      .describe("How many tasks or pods must answer before a start is complete; at most as many as there are."),
    ignore: ignoreKeys
      .prefault({})
      .describe("Requests that match any rule neither wake the container nor keep it awake."),
    pause_after: duration()
      .prefault("0")
      .describe(
        "Idle time after which the container is paused, before `idle_timeout` stops it; it then wakes in milliseconds. 0: never.",
      ),
    throttle_after: duration()
      .prefault("0")
      .describe("Idle time after which the container's CPU is limited. 0: never."),
    throttle_cpus: decimal(0.01, 1024).prefault(0.1).describe("CPU limit of a throttled container."),
    throttle_memory_reservation: size(6 * 1024 ** 2)
      .prefault("0")
      .describe(
        "Memory reservation of a throttled container, such as `64m`: memory above it is reclaimed first when memory runs short. 0: unchanged.",
      ),
    process: processKeys
      .optional()
      .describe("A local process instead of a Docker container. Only in the file, never from labels."),
  })
  .meta({ required: ["name"] });

/** The keys of labels: without the name, which is the container's, and without a process, but with a group. */
export const labelSchema = containerSchema.omit({ name: true, process: true }).extend({
  group: name(/^[\w.-]+$/, "a group name (letters, digits, _ . -)")
    .optional()
    .describe("The group; its members share `dag.host`."),
});

/** The parsed keys of a container. */
export type ContainerKeys = z.output<typeof containerSchema>;
/** The parsed keys of labels. */
export type LabelKeys = z.output<typeof labelSchema>;
