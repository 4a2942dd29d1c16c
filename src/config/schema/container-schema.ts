import { z } from "zod";
import {
  choice,
  cidr,
  cron,
  decimal,
  size,
  duration,
  flag,
  host,
  integer,
  list,
  name,
  numberOf,
  simpleHost,
  text,
  textLike,
  timezone,
} from "./values.ts";

/** What Docker accepts as a container's name. */
export const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** The same, or a Deployment or StatefulSet: `kubernetes:namespace/name`. */
const WORKLOAD_NAME = /^(?:[a-zA-Z0-9][a-zA-Z0-9_.-]*|kubernetes:[a-z0-9-]+\/[a-z0-9.-]+)$/;
const WORKLOAD_NAMES = "a container name (letters, digits, _ . -) or kubernetes:namespace/name";

const path = () => textLike(/^\/(?!\/)\S*$/, 'a path that begins with one "/"');
const logs = () => choice("starting", "always", "never");

/** Those that Linux has, as Docker takes them: by name, with or without SIG, or by number. */
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
    user_agents: list(text()).prefault([]).describe("Parts of the User-Agent, in any case."),
    paths: list(textLike(/^[/*]\S*$/, 'a path that begins with "/"'))
      .prefault([])
      .describe("Exact paths, or with `*` for any run of characters."),
    methods: list(name(/^[A-Za-z-]+$/, "an HTTP method"))
      .prefault([])
      .describe("HTTP methods."),
    ips: list(cidr()).prefault([]).describe("Addresses or networks of clients."),
    preset: list(choice("uptime", "crawlers"))
      .prefault([])
      .describe("Ready-made lists of well-known uptime checkers, and of crawlers and link previews."),
    status: numberOf(200, 204, 503)
      .prefault(503)
      .describe("What they get while it sleeps; behind Traefik and Caddy always 503, since a 2xx would let them pass."),
  })
  .check(({ value, issues }) => {
    const { status, ...rules } = value;
    if (status === 503 || Object.values(rules).some(({ length }) => length > 0)) return;
    const message = `has no effect without a rule: ${Object.keys(rules).join(", ")}`;
    issues.push({ code: "custom", message, path: ["status"], input: status });
  });

/** The keys of one container with their meaning; labels take the same keys as `dag.<key>`. */
export const containerSchema = z
  .strictObject({
    name: name(WORKLOAD_NAME, WORKLOAD_NAMES).describe(
      "The container's name in Docker; a Deployment or StatefulSet is `kubernetes:namespace/name`.",
    ),
    host: list(host())
      .optional()
      .describe(
        "Host names that wake it; also `*.example.com` and `host:port`. None for a dependency, a group's member, and what a front proxy names by path (`/_auth/FRONT/container/NAME`).",
      ),
    target_port: integer(1, 65_535)
      .optional()
      .meta({ unsetMeans: "the one TCP port that the image exposes (80 is tried as well), else 80" })
      .describe("Port that the app listens on inside the container."),
    target_scheme: choice("http", "https")
      .prefault("http")
      .describe("What the app speaks on that port; `https` for an app that speaks TLS only."),
    target_verify: flag()
      .prefault(false)
      .describe(
        "With `target_scheme: https`: the app's certificate must be valid for the host that it is asked for (more authorities by `NODE_EXTRA_CA_CERTS`).",
      ),
    start_timeout: duration().prefault("60s").describe("How long a start may take until the app answers."),
    idle_timeout: duration()
      .optional()
      .meta({ unsetMeans: "0" })
      .describe(
        "Sleeps after so long without a request; 0: never. A container that is only a dependency and has no such key sleeps with the last one that needs it.",
      ),
    network: text().prefault("").describe("The Docker network by which it is reached; empty: the gateway's."),
    redirect_path: path().prefault("").describe("Where the loading page ends; empty: where the visitor was going."),
    icon: text().prefault("docker").describe("A Simple Icons slug."),
    health_path: path()
      .prefault("")
      .describe(
        "A GET on this path must answer 2xx before it counts as ready; empty: Docker's own health check if there is one, else a TCP connect.",
      ),
    health_host: simpleHost()
      .optional()
      .describe(
        "The Host header of probes (`health_path`, `busy_path`); unset: the first plain host, the group's, or for a wildcard one that visitors came by.",
      ),
    depends_on: list(name(WORKLOAD_NAME, WORKLOAD_NAMES))
      .optional()
      .describe("Containers that must be ready first; unset: read from the Compose labels, with their conditions."),
    schedule_start: cron()
      .prefault("")
      .describe("Started by the clock. With a stop as well: reachable only in between."),
    schedule_stop: cron().prefault("").describe("Stopped by the clock."),
    schedule_timezone: timezone()
      .optional()
      .meta({ inherits: "gateway.schedule_timezone" })
      .describe("Time zone of both."),
    wake: choice("auto", "page", "hold")
      .prefault("auto")
      .describe(
        "While it wakes, browsers see a page and others are held (`auto`), or all see the page, or all are held.",
      ),
    wake_after_stop: choice("asked", "started")
      .prefault("asked")
      .describe(
        "What wakes it after somebody else has stopped it: whoever asks for it, or only who starts it (`started`, for tools that stop an app and must find it stopped). A crash is no stop.",
      ),
    hold_timeout: duration()
      .optional()
      .meta({ inherits: "gateway.hold_timeout" })
      .describe("How long a request waits for it."),
    max_pending: integer(1, 1_000_000)
      .optional()
      .meta({ inherits: "gateway.max_pending" })
      .describe("How many requests may wait for it at once."),
    stop_method: choice("stop", "pause", "kill").prefault("stop").describe("How it is put to sleep."),
    stop_timeout: duration()
      .optional()
      .describe(
        "How long it may take to end by itself before it is killed; unset: what it was made with (`--stop-timeout`, Compose's `stop_grace_period`).",
      ),
    stop_signal: textLike(SIGNAL, "a signal such as SIGTERM")
      .prefault("")
      .describe("The signal that asks it to end; empty: the image's own. Docker before API 1.42 gets it by a kill."),
    min_uptime: duration().prefault("0").describe("It stays awake at least so long."),
    idle_signal: choice("requests", "traffic", "connections", "cpu")
      .optional()
      .describe(
        "What counts as use besides requests; unset: `requests`, behind a front proxy `traffic`, and there in the network of another container `connections`.",
      ),
    busy_path: path().prefault("").describe("While a GET on this path answers 2xx it is not put to sleep."),
    pass_host: flag().prefault(true).describe("The app sees the client's Host header; false: its own address."),
    logs: logs().optional().meta({ inherits: "gateway.logs" }).describe("When anybody may read its last log lines."),
    title: text().prefault("").describe("Name on its pages; empty: the container's."),
    message: text().prefault("").describe("A sentence on its pages."),
    color: textLike(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, "a colour such as #3366ff")
      .prefault("")
      .describe("Accent colour of its pages."),
    logo: textLike(
      /^(data:image\/[^\r\n]+|[^/:\\]+)$/,
      "a data:image/… address or a file name (pages load nothing from other hosts)",
    )
      .prefault("")
      .describe(
        "Picture on its pages: a `data:image/…` address, or the name of a file in `templates_dir`; empty: the icon.",
      ),
    weight: integer(1, 1000).prefault(1).describe("Its share in a group with the strategy `weighted`."),
    ignore: ignoreKeys.prefault({}).describe("Requests that match any rule neither wake it nor keep it awake."),
    pause_after: duration()
      .prefault("0")
      .describe(
        "Paused after so long without a request, before `idle_timeout` stops it; it wakes in milliseconds. 0: never.",
      ),
    throttle_after: duration().prefault("0").describe("Its CPU is limited after so long without a request. 0: never."),
    throttle_cpus: decimal(0.01, 1024).prefault(0.1).describe("CPUs that are left to it then."),
    throttle_memory_reservation: size(6 * 1024 ** 2)
      .prefault("0")
      .describe(
        "Its memory reservation then, such as `64m`: what is above is taken first when memory runs short. 0: as it is.",
      ),
    process: processKeys
      .optional()
      .describe("A local process instead of a Docker container. Only in the file, never from labels."),
  })
  .meta({ required: ["name"] });

/** The keys that labels may set: no name (it is the container's own), no process, and the group that it belongs to. */
export const labelSchema = containerSchema.omit({ name: true, process: true }).extend({
  group: name(/^[\w.-]+$/, "a group name (letters, digits, _ . -)")
    .optional()
    .describe("The group that answers for `dag.host` together with the others of the same group."),
});

export type ContainerKeys = z.output<typeof containerSchema>;
export type LabelKeys = z.output<typeof labelSchema>;
