import type { KeyValue, Service } from "./types.ts";

/** The result of a container's own `sablier.*` labels. */
export interface SablierLabels {
  readonly keys: Readonly<Record<string, KeyValue>>;
  readonly comments: readonly string[];
}

/**
 * Converts the labels of a container; `duration` is the length of its session, after which Sablier pauses it (`pauses`)
 * or stops it.
 */
export function readSablierLabels(
  { labels }: Pick<Service, "labels">,
  duration: string,
  pauses: boolean,
): SablierLabels {
  const staysUp = Number(labels["sablier.idle.replicas"] ?? 0) > 0;
  const cpus = labels["sablier.idle.cpu"] ?? "";
  const throttles = staysUp && /^\d+(\.\d+)?$/.test(cpus) && Number(cpus) >= 0.01 && Number(cpus) <= 1024;
  const schedule = cronOf(labels["sablier.running-hours"], labels["sablier.running-days"]);
  const comments = Object.entries(labels)
    .filter(([label]) => label.startsWith("sablier.") && !TAKEN.has(label))
    .map(([label, value]) => `${label}=${value}: ${whyNot(label)}`);
  if (staysUp && !throttles) comments.push("sablier.idle.replicas keeps it running: no idle_timeout is set");
  if (cpus !== "" && !throttles) comments.push(`sablier.idle.cpu=${cpus}: throttle_cpus takes decimal cores`);
  if (labels["sablier.running-hours"] !== undefined) {
    comments.push(
      `sablier.running-hours=${labels["sablier.running-hours"]}: ${schedule === undefined ? "it cannot be read" : KEPT_WARM}`,
    );
  }
  return {
    keys: {
      ...(!staysUp && { idle_timeout: duration }),
      ...(throttles && { throttle_after: duration, throttle_cpus: Number(cpus) }),
      ...(pauses && !staysUp && { stop_method: "pause" }),
      ...(schedule !== undefined && { schedule_start: schedule }),
    },
    comments,
  };
}

const TAKEN: ReadonlySet<string> = new Set(
  ["enable", "group", "idle.replicas", "idle.cpu", "running-hours", "running-days"].map((key) => `sablier.${key}`),
);

const KEPT_WARM = "it is started on schedule, but is stopped when idle";

function whyNot(label: string): string {
  if (label.includes(".blkio-")) return "no equivalent; only the CPU is throttled";
  return WITHOUT_EQUIVALENT[label] ?? "not recognised";
}

const WITHOUT_EQUIVALENT: Readonly<Record<string, string>> = {
  "sablier.ready-after": "no equivalent; health_path, or a Docker health check, detects when it is ready",
  "sablier.ready-on-start": "no equivalent; a container without host and target_port is ready once it runs",
  "sablier.anti-affinity": "no equivalent",
  "sablier.idle.memory": "no equivalent; only the CPU is throttled",
  "sablier.active.cpu": "not needed; the container's own limit is restored when it wakes",
  "sablier.active.memory": "not needed; the memory limit is never changed",
  "sablier.active.replicas": "no equivalent; Compose scales, and its replicas form a group automatically",
};

/**
 * Converts the beginning of `09:00-18:00` on `Mon,Tue` to a cron expression; `undefined` if it is missing or invalid.
 */
function cronOf(hours: string | undefined, days = ""): string | undefined {
  const [, hour, minute] = /^\s*([01]?\d|2[0-3]):([0-5]\d)-\d{1,2}:\d{2}\s*$/.exec(hours ?? "") ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  const numbers = days.split(",").map((day) => WEEK.indexOf(day.trim().slice(0, 3).toLowerCase()));
  const on = numbers.includes(-1) ? "*" : numbers.join(",");
  return `${Number(minute)} ${Number(hour)} * * ${on}`;
}

const WEEK = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
