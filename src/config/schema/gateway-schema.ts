import { z } from "zod";
import { parseNotifyTemplate } from "./notify-template.ts";
import { cidr, choice, duration, host, integer, list, name, scalar, text, textLike, timezone } from "./values.ts";

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

const adminAuth = z.strictObject({
  method: choice("none", "basic", "bearer")
    .prefault("none")
    .describe("How visitors of the admin pages prove who they are."),
  username: text().prefault("").describe("For `basic`."),
  password: text().prefault("").describe("For `basic`. Better given by `ADMIN_AUTH_PASSWORD_FILE` than written here."),
  token: text().prefault("").describe("For `bearer`. Better given by `ADMIN_AUTH_TOKEN_FILE` than written here."),
  trusted_header: textLike(HEADER_NAME, "a header name")
    .prefault("")
    .describe(
      "Also lets in whoever comes through one of `trusted_proxies` with this header, such as `Remote-User`: somebody whom an authenticating front has logged in. That front must remove the header from what clients send. Empty: off.",
    ),
});

const traefik = z.strictObject({
  entry_points: list(text()).prefault(["websecure"]).describe("Entry points of every published router."),
  cert_resolver: text().prefault("").describe("Certificate resolver of every published router; empty: no TLS section."),
  via: choice("forward-auth", "proxy")
    .prefault("forward-auth")
    .describe(
      "`forward-auth`: Traefik asks us and then talks to the app itself. `proxy`: all traffic passes through us.",
    ),
  middlewares: list(text())
    .prefault([])
    .describe(
      "More middlewares for every published router. They run before ours, so that strangers are refused before anything wakes.",
    ),
  priority: integer(1, 2_147_483_647)
    .prefault(100_000)
    .describe("Priority of every published router; high enough to win against the app's own."),
});

const notify = z
  .strictObject({
    url: name(/^https?:\/\/[^\s]+$/i, "an http or https address").describe("Where the message is posted to."),
    events: list(choice("wake", "ready", "stop", "failed"))
      .prefault(["wake", "ready", "stop", "failed"])
      .describe("What is worth a message."),
    headers: z
      .record(name(HEADER_NAME, "a header name") as z.ZodType<string, string>, text())
      .prefault({})
      .describe("More headers of the request; they win against the preset's."),
    secret: text().prefault("").describe("Signs every message by HMAC-SHA256; empty: unsigned."),
    preset: choice("", "ntfy", "discord", "slack", "gotify")
      .prefault("")
      .describe("Shape of the body; empty: our own JSON."),
    template: scalar({ kind: "text", type: "string" }, parseNotifyTemplate)
      .prefault("")
      .describe(
        "A text with `{{ message }}` and other fields (see docs/notifications.md): the whole body if it is JSON, else what the preset says.",
      ),
  })
  .meta({ required: ["url"] });

/** The keys below `gateway:` with their meaning; the reference and the JSON Schema are generated from it. */
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
    .describe("How often all containers are listed again; events arrive at once in between. 0: by events alone."),
  trusted_proxies: list(cidr())
    .prefault([])
    .describe("Peers whose `X-Forwarded-*` headers count and who may send auth requests."),
  admin_auth: adminAuth.prefault({}).describe("Who may see the dashboard and the metrics. Not hot-reloaded."),
  schedule_timezone: timezone().optional().describe("Time zone of all schedules; unset: the machine's own."),
  admin_hosts: list(host()).prefault([]).describe("Hosts on which the admin pages answer; empty: every host."),
  network: text()
    .prefault("")
    .describe("The network shared with containers; empty: found from the gateway's own container."),
  address: choice("auto", "container", "published")
    .prefault("auto")
    .describe("Reach containers by their own address, or by published ports (gateway on the host, Docker Desktop)."),
  hold_timeout: duration()
    .prefault("25s")
    .describe("How long a request waits for a container that wakes, before it gets a 503."),
  max_pending: integer(1, 1_000_000).prefault(1000).describe("How many requests may wait at once, overall."),
  logs: choice("starting", "always", "never")
    .prefault("starting")
    .describe("When anybody may read a container's last log lines: while it starts or failed, always, or never."),
  state_file: text()
    .prefault("/data/state.json")
    .describe("Where activity and wake times survive a restart; empty: memory only. Not hot-reloaded."),
  templates_dir: text().prefault("").describe("A directory with pages that replace the built-in ones."),
  theme: choice("default", "minimal", "terminal").prefault("default").describe("The look of the built-in pages."),
  traefik: traefik.prefault({}).describe("What `/_provider/traefik` publishes."),
  notify: z
    .array(notify)
    .prefault([])
    .describe("Webhooks that are notified when containers wake, answer, sleep or fail."),
});

export type GatewayKeys = z.output<typeof gatewaySchema>;
