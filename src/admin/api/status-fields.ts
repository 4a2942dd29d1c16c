import { WAKE_PHASES } from "../../core/decision.ts";
import { STATUS_NAMES } from "../../core/workload-state.ts";
import type { ContainerStatus } from "./container-status.ts";
import type { StatusDocument } from "./status-document.ts";

/** Describes a field of `/_status/api` with its JSON Schema; reference and schema are generated from it. */
export interface FieldSpec {
  readonly what: string;
  readonly schema: Readonly<Record<string, unknown>>;
  /** Absent in the response when it has no value. */
  readonly isOptional?: true;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const whole = { type: "integer" } as const;
const amount = { type: "integer", minimum: 0 } as const;
const moment = { type: "string", format: "date-time" } as const;
const texts = { type: "array", items: text } as const;

/** The fields of one container: a missing one does not compile. The first block is the reference's. */
export const CONTAINER_FIELDS: Readonly<Record<keyof ContainerStatus, FieldSpec>> = {
  name: { what: "Its name.", schema: text },
  host: { what: "Its first host; empty when it has none.", schema: text },
  status: { what: "What the engine says.", schema: oneOf("unknown", "exited", "running", "paused", "restarting") },
  start_state: { what: "How its wake goes.", schema: oneOf("unknown", "starting", "running", "failed") },
  image: { what: "Its image.", schema: text },
  icon: { what: "Its simple-icons slug.", schema: text },
  target_port: { what: "Where the app listens; empty: nowhere that matters.", schema: text },
  start_timeout: { what: "As Go writes durations, such as `1m0s`.", schema: text },
  idle_timeout: { what: "The same; `0s`: never stopped for lack of use.", schema: text },
  started_at: { what: "Since when it runs.", schema: moment, isOptional: true },
  last_request: { what: "When it was last asked for; absent: never.", schema: moment, isOptional: true },
  idle_timeout_sec: { what: "`idle_timeout` in seconds.", schema: amount },
  idle_remaining_sec: {
    what: "Until it is stopped for lack of use; 0: no idle time, or due; -1: never asked for.",
    schema: whole,
  },
  network: { what: "The network that it shares with the gateway; empty: found by itself.", schema: text },
  schedule_start: { what: "The cron expression that starts it; empty: none.", schema: text },
  schedule_stop: { what: "The cron expression that stops it; empty: none.", schema: text },
  schedule_timezone: { what: "The time zone of its schedule; empty: it has none.", schema: text },
  scheduled_downtime: { what: "Whether its schedule keeps it closed now.", schema: flag },
  next_scheduled_start: {
    what: "While it is closed: when it opens, for people, such as `Mon 02 Jan · 15:04` in that time zone; `schedule.next_start` is for programs.",
    schema: text,
  },

  hosts: { what: "All its hosts.", schema: texts },
  origin: { what: "Where it was configured.", schema: oneOf("file", "label", "implied") },
  state: {
    what: "Where it stands.",
    schema: oneOf(...STATUS_NAMES),
  },
  phase: {
    what: "How far its wake is.",
    schema: orNull(oneOf(...WAKE_PHASES)),
  },
  since: { what: "Since when it stands there.", schema: orNull(moment) },
  last_client: {
    what: "What kind of client used it last, by its User-Agent.",
    schema: orNull(oneOf("browser", "bot", "program", "websocket")),
  },
  leases: { what: "What is open now.", schema: record({ request: amount, tunnel: amount }) },
  idle_deadline: { what: "When it is put to sleep unless somebody asks for it.", schema: orNull(moment) },
  wakes_total: { what: "Wakes in all, former runs of the gateway included.", schema: amount },
  wakes_today: { what: "Wakes since midnight (in `schedule_timezone`), or since the gateway came up.", schema: amount },
  wake_ms: {
    what: "How long the last wake took, the median of the last twenty, and what is expected of the next.",
    schema: record({ last: orNull(amount), median: orNull(amount), expected: orNull(amount) }),
  },
  asleep_seconds: { what: "How long it has slept in all.", schema: amount },
  memory_bytes: { what: "What it used before its last stop.", schema: orNull(amount) },
  memory_saved_byte_seconds: { what: "`memory_bytes` times `asleep_seconds`.", schema: orNull(amount) },
  groups: { what: "The groups that it is a member of.", schema: texts },
  depends_on: {
    what: "What must be there before it, and how far.",
    schema: {
      type: "array",
      items: record({ name: text, condition: oneOf("started", "healthy", "completed") }),
    },
  },
  schedule: {
    what: "Whether its hours are open, and when that changes.",
    schema: orNull(record({ open: flag, next_start: orNull(moment), next_stop: orNull(moment) })),
  },
  pinned_until: { what: "Until when an administrator keeps it awake.", schema: orNull(moment) },
  suspended_until: { what: "Until when an administrator lets nothing wake it.", schema: orNull(moment) },
  stop_deletes: { what: "Whether a stop deletes it, since it was started with `--rm`.", schema: flag },
  throttled: { what: "Whether its CPU is limited for lack of use.", schema: flag },
  ended_by: {
    what: "Who ended its last run: the gateway, somebody else by an order such as `docker stop`, or nobody (it ended by itself).",
    schema: orNull(oneOf("us", "other", "itself")),
  },
  update_wait: {
    what: "While somebody else may be updating it: since when, and when a request is a start again unless more happens.",
    schema: orNull(record({ since: moment, until: moment })),
  },
  failure: {
    what: "Why its last wake failed, and when the next request is a new try.",
    schema: orNull(
      record({
        reason: oneOf(
          "exited",
          "oom",
          "timeout",
          "absent",
          "engine",
          "refused",
          "dependency",
          "unhealthy",
          "network",
          "tls",
        ),
        message: text,
        exit_code: orNull(whole),
        at: orNull(moment),
        retry_at: orNull(moment),
      }),
    ),
  },
  warnings: {
    what: "Labels that were ignored, and why; that it speaks TLS only, where plain HTTP is configured.",
    schema: texts,
  },
};

/** The fields of the whole response. */
export const STATUS_FIELDS: Readonly<Record<keyof StatusDocument, FieldSpec>> = {
  containers: { what: "Every container, by name.", schema: { type: "array", items: { $ref: "#/$defs/container" } } },
  groups: {
    what: "Every group, and how many requests wait for it.",
    schema: {
      type: "array",
      items: record({
        name: text,
        hosts: texts,
        strategy: oneOf("round-robin", "least-connections", "weighted"),
        containers: texts,
        pending: amount,
      }),
    },
  },
  unrouted: {
    what: "Containers without a route, and which of their labels were ignored.",
    schema: { type: "array", items: record({ name: text, warnings: texts }) },
  },
  untrusted_proxies: {
    what: "Addresses in private networks that send `X-Forwarded-*`, which is ignored: they are not in `trusted_proxies`.",
    schema: texts,
  },
  engine_up: { what: "Whether every engine that is in use can be reached.", schema: flag },
  version: { what: "The gateway's version.", schema: text },
  updated_at: { what: "When this was so.", schema: moment },
};

/** Returns the JSON Schema of an object with these fields; any release may add more. */
export function objectSchema(fields: Readonly<Record<string, FieldSpec>>): object {
  const entries = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, { what, schema }]) => [name, { ...schema, description: what }])),
    required: entries.filter(([, { isOptional }]) => isOptional !== true).map(([name]) => name),
  };
}

function oneOf(...words: readonly string[]): FieldSpec["schema"] {
  return { enum: words };
}

function orNull(schema: FieldSpec["schema"]): FieldSpec["schema"] {
  return { anyOf: [schema, { type: "null" }] };
}

function record(properties: Readonly<Record<string, FieldSpec["schema"]>>): FieldSpec["schema"] {
  return { type: "object", properties, required: Object.keys(properties) };
}
