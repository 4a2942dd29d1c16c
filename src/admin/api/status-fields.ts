import { WAKE_PHASES } from "../../core/decision.ts";
import { FAILURE_REASONS } from "../../core/failure.ts";
import { STATUS_NAMES } from "../../core/workload-state.ts";
import type { ContainerStatus } from "./container-status.ts";
import type { StatusDocument } from "./status-document.ts";

/** The description and JSON Schema of a field of `/_status/api`, from which reference and schema are generated. */
export interface FieldSpec {
  readonly what: string;
  readonly schema: Readonly<Record<string, unknown>>;
  /** The field is absent if it has no value. */
  readonly isOptional?: true;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const whole = { type: "integer" } as const;
const amount = { type: "integer", minimum: 0 } as const;
const moment = { type: "string", format: "date-time" } as const;
const texts = { type: "array", items: text } as const;

/** The fields of a container; a missing one does not compile. The first block is the original's. */
export const CONTAINER_FIELDS: Readonly<Record<keyof ContainerStatus, FieldSpec>> = {
  name: { what: "Its name.", schema: text },
  engine: {
    what: "Its engine: `docker`, `process`, `swarm`, `kubernetes`, or one of several Docker hosts by its name.",
    schema: text,
  },
  host: { what: "Its first host; empty when it has none.", schema: text },
  status: { what: "The engine's state.", schema: oneOf("unknown", "exited", "running", "paused", "restarting") },
  start_state: { what: "Progress of its wake.", schema: oneOf("unknown", "starting", "running", "failed") },
  image: { what: "Its image.", schema: text },
  icon: { what: "Its simple-icons slug.", schema: text },
  target_port: { what: "The app's port; empty: none.", schema: text },
  start_timeout: { what: "As a Go duration, such as `1m0s`.", schema: text },
  idle_timeout: { what: "As a Go duration; `0s`: never stopped for being idle.", schema: text },
  started_at: { what: "When it was started.", schema: moment, isOptional: true },
  last_request: { what: "Time of the last request; absent: none yet.", schema: moment, isOptional: true },
  idle_timeout_sec: { what: "`idle_timeout` in seconds.", schema: amount },
  idle_remaining_sec: {
    what: "Seconds until it is stopped for being idle; 0: no idle timeout, or due; -1: no request yet.",
    schema: whole,
  },
  network: { what: "The configured network; empty: found automatically.", schema: text },
  schedule_start: { what: "The cron expression for its start; empty: none.", schema: text },
  schedule_stop: { what: "The cron expression for its stop; empty: none.", schema: text },
  schedule_timezone: { what: "The time zone of its schedule; empty: it has none.", schema: text },
  scheduled_downtime: { what: "Whether it is closed by its schedule now.", schema: flag },
  next_scheduled_start: {
    what: "While closed: the opening time for people, such as `Mon 02 Jan · 15:04` in that time zone; programs use `schedule.next_start`.",
    schema: text,
  },

  hosts: { what: "All its hosts.", schema: texts },
  ports: {
    what: "The ports that requests are forwarded to, each with the hosts that name it (`host=port`), and whether it is ready.",
    schema: { type: "array", items: record({ port: whole, hosts: texts, ready: flag }) },
  },
  origin: { what: "Source of its configuration.", schema: oneOf("file", "label", "implied") },
  state: {
    what: "Its state.",
    schema: oneOf(...STATUS_NAMES),
  },
  phase: {
    what: "The phase of its wake.",
    schema: orNull(oneOf(...WAKE_PHASES)),
  },
  since: { what: "When it entered this state.", schema: orNull(moment) },
  last_client: {
    what: "Kind of the last client, by its User-Agent.",
    schema: orNull(oneOf("browser", "bot", "program", "websocket")),
  },
  leases: { what: "Open requests and tunnels.", schema: record({ request: amount, tunnel: amount }) },
  idle_deadline: { what: "When it is stopped if no request arrives.", schema: orNull(moment) },
  wakes_total: { what: "Wakes in total, including earlier runs of the gateway.", schema: amount },
  wakes_today: { what: "Wakes since midnight (in `schedule_timezone`), or since the gateway started.", schema: amount },
  wake_ms: {
    what: "Duration of the last wake, median of the last twenty, and expected duration of the next.",
    schema: record({ last: orNull(amount), median: orNull(amount), expected: orNull(amount) }),
  },
  asleep_seconds: { what: "Time asleep in total.", schema: amount },
  memory_bytes: { what: "Memory in use before its last stop.", schema: orNull(amount) },
  memory_saved_byte_seconds: { what: "`memory_bytes` times `asleep_seconds`.", schema: orNull(amount) },
  groups: { what: "Its groups.", schema: texts },
  depends_on: {
    what: "Its dependencies, with their conditions.",
    schema: {
      type: "array",
      items: record({ name: text, condition: oneOf("started", "healthy", "completed") }),
    },
  },
  schedule: {
    what: "Whether it is open by its schedule, and when that changes.",
    schema: orNull(record({ open: flag, next_start: orNull(moment), next_stop: orNull(moment) })),
  },
  pinned_until: { what: "End of *Keep awake*.", schema: orNull(moment) },
  suspended_until: { what: "End of its suspension.", schema: orNull(moment) },
  stop_deletes: { what: "Whether a stop deletes it (it was started with `--rm`).", schema: flag },
  throttled: { what: "Whether its CPU is limited (`throttle_after`).", schema: flag },
  traefik: {
    what: "How the Traefik that last fetched `/_provider/traefik` reaches it, and whether (and why) that Traefik sends auth requests; null: none has fetched it.",
    schema: orNull(record({ reached: text, asked: flag, asked_because: orNull(text) })),
  },
  ended_by: {
    what: "Who ended its last run: the gateway, somebody else by an order such as `docker stop`, or nobody (it ended by itself).",
    schema: orNull(oneOf("us", "other", "itself")),
  },
  update_wait: {
    what: "While somebody else may be updating it: since when, and when a request may start it again.",
    schema: orNull(record({ since: moment, until: moment })),
  },
  failure: {
    what: "Why its last wake failed, and when a request may try again.",
    schema: orNull(
      record({
        reason: oneOf(...FAILURE_REASONS),
        message: text,
        exit_code: orNull(whole),
        at: orNull(moment),
        retry_at: orNull(moment),
      }),
    ),
  },
  warnings: {
    what: "Ignored labels with the reason; what is wrong with the way to it (a port that does not answer, TLS where plain HTTP is configured, Traefik).",
    schema: texts,
  },
};

/** The fields of the document. */
export const STATUS_FIELDS: Readonly<Record<keyof StatusDocument, FieldSpec>> = {
  containers: { what: "Every container, by name.", schema: { type: "array", items: { $ref: "#/$defs/container" } } },
  groups: {
    what: "Every group, with its waiting requests.",
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
    what: "Containers without a route, and their ignored labels.",
    schema: { type: "array", items: record({ name: text, warnings: texts }) },
  },
  untrusted_proxies: {
    what: "Private addresses whose `X-Forwarded-*` are ignored because they are not in `trusted_proxies`.",
    schema: texts,
  },
  refused_configuration: {
    what: "Faults of the changed configuration file, up to 50; until they are corrected, the former configuration stays in force.",
    schema: texts,
  },
  engine_up: { what: "Whether the gateway can reach every engine in use.", schema: flag },
  version: { what: "The gateway's version.", schema: text },
  updated_at: { what: "Time of this document.", schema: moment },
};

/**
 * Returns the JSON Schema of an object with these fields; further ones are permitted, because releases may add some.
 */
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
