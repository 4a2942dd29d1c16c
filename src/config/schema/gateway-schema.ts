import { z } from "zod";
import { parseNotifyTemplate } from "./notify-template.ts";
import {
  cidr,
  choice,
  duration,
  host,
  integer,
  list,
  name,
  scalar,
  text,
  textLike,
  timezone,
  webAddress,
} from "./values.ts";

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

const adminAuth = z.strictObject({
  method: choice("none", "basic", "bearer").prefault("none").describe("How administrators log in."),
  username: text().prefault("").describe("User name for `basic`."),
  password: text()
    .prefault("")
    .describe("Password for `basic`. Set it by `ADMIN_AUTH_PASSWORD_FILE` rather than here."),
  token: text().prefault("").describe("Token for `bearer`. Set it by `ADMIN_AUTH_TOKEN_FILE` rather than here."),
  trusted_header: textLike(HEADER_NAME, "a header name")
    .prefault("")
    .describe(
      "A request from one of `trusted_proxies` with this header, such as `Remote-User`, is logged in: an authenticating front proxy sets it. The front proxy must remove the header from client requests. Empty: off.",
    ),
});

const traefik = z.strictObject({
  entry_points: list(text()).prefault(["websecure"]).describe("Entry points of every published router."),
  cert_resolver: text().prefault("").describe("Certificate resolver of every published router; empty: no TLS section."),
  via: choice("auto", "forward-auth", "proxy")
    .prefault("auto")
    .describe(
      "`auto`: Traefik sends an auth request to the gateway and then talks to the app itself, at an address that this Traefik can reach; where there is none, the traffic passes through the gateway. `forward-auth`: the same, but always by the container's name. `proxy`: all traffic passes through the gateway.",
    ),
  when_awake: choice("ask", "direct")
    .prefault("ask")
    .describe(
      "`ask`: Traefik sends an auth request before each request. `direct`: only while an app is not ready, or about to be stopped; its network counters then show whether it is in use.",
    ),
  providers_throttle: duration()
    .prefault("2s")
    .describe("Traefik's own `providersThrottleDuration`: how long it may take to apply a document."),
  middlewares: list(text())
    .prefault([])
    .describe(
      "More middlewares for every published router. They run before the gateway's, so that strangers are refused before anything wakes.",
    ),
  priority: integer(1, 2_147_483_647)
    .prefault(100_000)
    .describe("Priority of every published router; by default high enough to win against the app's own."),
});

const notify = z
  .strictObject({
    url: webAddress().describe("Address that receives the message."),
    events: list(choice("wake", "ready", "stop", "failed"))
      .prefault(["wake", "ready", "stop", "failed"])
      .describe("Events that send a message."),
    headers: z
      .record(name(HEADER_NAME, "a header name") as z.ZodType<string, string>, text())
      .prefault({})
      .describe("More headers of the request; they override the preset's."),
    secret: text().prefault("").describe("Signs every message by HMAC-SHA256; empty: unsigned."),
    preset: choice("", "ntfy", "discord", "slack", "gotify")
      .prefault("")
      .describe("Format of the body; empty: the gateway's JSON."),
    template: scalar({ kind: "text", type: "string" }, parseNotifyTemplate)
      .prefault("")
      .describe(
        "Text with `{{ message }}` and other fields (see docs/notifications.md): the whole body if it is JSON, else the message within the preset.",
      ),
  })
  .meta({ required: ["url"] });

/** The keys below `gateway:` with their descriptions, from which the reference and the JSON Schema are generated. */
export const gatewaySchema = z.strictObject({
  port: integer(0, 65_535)
    .prefault(8080)
    .describe("Port that the gateway listens on; 0: any free one. Not hot-reloaded."),
  bind: name(/^[\w.:[\]%-]+$/, "an address or a name")
    .prefault("0.0.0.0")
    .describe("Address that the gateway listens on. Not hot-reloaded."),
  log_lines: integer(1, 10_000).prefault(30).describe("How many log lines the loading page shows."),
  discovery_interval: duration()
    .prefault("15s")
    .describe("How often the gateway lists all containers, in addition to events. 0: events only."),
  trusted_proxies: list(cidr())
    .prefault([])
    .describe("Peers whose `X-Forwarded-*` headers are used and that may send auth requests."),
  admin_auth: adminAuth.prefault({}).describe("Login for the dashboard and the metrics. Not hot-reloaded."),
  schedule_timezone: timezone().optional().describe("Time zone of all schedules; unset: the machine's own."),
  admin_hosts: list(host()).prefault([]).describe("Hosts that serve the admin pages; empty: every host."),
  network: text()
    .prefault("")
    .describe("The network shared with containers; empty: the networks of the gateway's own container."),
  address: choice("auto", "container", "published")
    .prefault("auto")
    .describe("Reach containers by their own address, or by published ports (gateway on the host, Docker Desktop)."),
  swarm_managers: list(
    name(
      /^(?:unix:\/\/\/|(?:(?:tcp|https?):\/\/)?[\w.:[\]-]+$)/,
      "an address such as tcp://10.0.0.5:2376 or unix:///run/docker.sock",
    ),
  )
    .prefault([])
    .describe(
      "Managers of a Docker Swarm; the next one is used when one does not answer. Empty: `DOCKER_HOST`, if that is a manager. Not hot-reloaded.",
    ),
  hold_timeout: duration()
    .prefault("25s")
    .describe("Maximum time that a request waits for a container to wake, before it gets a 503."),
  max_pending: integer(1, 1_000_000).prefault(1000).describe("Maximum number of requests that wait at once, overall."),
  logs: choice("starting", "always", "never")
    .prefault("starting")
    .describe(
      "When visitors may read a container's last log lines: while it starts or after it failed, always, or never.",
    ),
  state_file: text()
    .prefault("/data/state.json")
    .describe("File that keeps activity and wake times over a restart; empty: memory only. Not hot-reloaded."),
  templates_dir: text().prefault("").describe("Directory with pages that replace the built-in ones."),
  theme: choice("default", "minimal", "terminal").prefault("default").describe("Design of the built-in pages."),
  traefik: traefik.prefault({}).describe("What `/_provider/traefik` publishes."),
  notify: z.array(notify).prefault([]).describe("Webhooks for containers that wake, become ready, stop or fail."),
});

/** The parsed keys of the gateway. */
export type GatewayKeys = z.output<typeof gatewaySchema>;
