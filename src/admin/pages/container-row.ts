import { hostText } from "../topology/host-text.ts";
import { failureOf } from "../../lifecycle/workload/failure.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import { stopDeletes } from "../../lifecycle/stop/stop-deletes.ts";
import type { Responder } from "../../respond/responder.ts";
import { cleanText } from "../../respond/clean-text.ts";
import { failureText } from "../../respond/failure-text.ts";
import type { ContainerStatus } from "../api/container-status.ts";
import { nextStopOf } from "../api/idle-schedule.ts";
import { bucketOf } from "./dashboard-query.ts";
import type { Labels, Moment } from "./labels.ts";

/** What a row is created from. */
export interface RowSources {
  readonly labels: Labels;
  readonly context: LifecycleContext;
  readonly responder: Responder;
  /** The host of the dashboard in this request. */
  readonly ownHost: string;
}

/** A row of the dashboard: a container with all texts. */
export type ContainerRow = ReturnType<typeof containerRow>;

/** Creates the row of a container. */
export function containerRow(sources: RowSources, record: WorkloadRecord, container: ContainerStatus) {
  const { labels, responder, ownHost } = sources;
  const { t } = labels;
  const { title, svg, logo } = responder.brandingOf(record.settings);
  const { state, warnings } = container;
  const name = cleanText(container.name);
  const isUp = isRunning(state);
  return {
    name,
    title,
    svg,
    logo,
    href: detailHref(container.name),
    /** Its name in the addresses of actions. */
    target: encodeURIComponent(container.name),
    /** The Docker host, if there are several. */
    engine: isNamedHost(container.engine) ? container.engine : "",
    hosts: container.hosts.map((host) => {
      return { name: host, text: hostText(record, host), href: appHref(host, ownHost, record.seenByFront) };
    }),
    groups: container.groups.map((group) => cleanText(group)),
    warnings: warnings.length === 0 ? "" : t("row.warnings", { n: warnings.length }),
    state,
    bucket: bucketOf(state),
    word: t(`state.${state}`),
    since: labels.since(Date.parse(container.since ?? "")),
    stateLines: stateLines(labels, record, container),
    ...useOf(sources, record, container),
    wakeLines: wakeLines(labels, container),
    asleepLines: asleepLines(labels, container),
    canWake: container.suspended_until === null && !isUp && state !== "absent" && state !== "stopping",
    stopDeletes: stopDeletes(record),
    canStop: isUp || state === "unready" || state === "draining",
    pinned: container.pinned_until !== null,
    suspended: container.suspended_until !== null,
    canSuspend: state !== "absent" && container.suspended_until === null && !stopDeletes(record),
    canPin: state !== "absent" && container.suspended_until === null,
  };
}

/** Returns whether to show an engine's name with its containers, which is useless for the default Docker. */
export function isNamedHost(engine: string): boolean {
  return engine !== "docker" && engine !== "process";
}

/** Returns the address of its details page. */
export function detailHref(name: string): string {
  return `/_status/c/${encodeURIComponent(name)}`;
}

function isRunning(state: ContainerStatus["state"]): boolean {
  return state === "ready" || state === "starting";
}

function stateLines(labels: Labels, record: WorkloadRecord, container: ContainerStatus): Line[] {
  const { t } = labels;
  const cause = failureOf(record)?.failure.cause;
  const { failure, phase, schedule, throttled, suspended_until } = container;
  const lines: Line[] = [];
  if (suspended_until !== null)
    lines.push({ text: t("row.suspended"), moment: labels.at(Date.parse(suspended_until)), tone: "soft" });
  if (failure !== null && cause !== undefined) {
    const { sentence, words: title } = failureText(t, cause);
    lines.push({ text: sentence, tone: "danger", title });
    if (failure.retry_at !== null && Date.parse(failure.retry_at) > labels.nowMs)
      lines.push({ text: t("row.retry"), moment: labels.left(Date.parse(failure.retry_at)), tone: "soft" });
  }
  if (phase !== null) lines.push({ text: t(`phase.${phase}`), tone: "soft" });
  if (throttled) lines.push({ text: t("row.throttled"), tone: "soft" });
  if (schedule?.open === false && schedule.next_start !== null)
    lines.push({ text: t("row.opens"), moment: labels.at(Date.parse(schedule.next_start)), tone: "soft" });
  if (schedule?.open === true && schedule.next_stop !== null)
    lines.push({ text: t("row.closes"), moment: labels.at(Date.parse(schedule.next_stop)), tone: "soft" });
  return lines;
}

/** Returns its present use, its next stop, and its last client. */
function useOf({ labels, context }: RowSources, record: WorkloadRecord, container: ContainerStatus) {
  const { t } = labels;
  const { leases, last_request, last_client, pinned_until, state } = container;
  const useLines: Line[] = [];
  let countdown: { readonly until: string; readonly total: number; readonly left: number } | undefined;
  const plan = nextStopOf(context, record);
  if (leases.request > 0) useLines.push({ text: t("row.requests", { n: leases.request }) });
  if (leases.tunnel > 0) useLines.push({ text: t("row.tunnels", { n: leases.tunnel }) });
  if (pinned_until !== null) useLines.push({ text: t("row.pinned"), moment: labels.at(Date.parse(pinned_until)) });
  if (state === "ready" && useLines.length === 0) {
    if (plan !== undefined) {
      useLines.push({ text: t(`row.${plan.reason}`), moment: labels.left(plan.atMs) });
      const { idleTimeoutMs, pauseAfterMs } = record.settings;
      const total = plan.reason === "pause" ? pauseAfterMs : plan.reason === "idle" ? (idleTimeoutMs ?? 0) : 0;
      const left = plan.atMs - context.clock.wall();
      const until = new Date(plan.atMs).toISOString();
      if (total > 0) countdown = { until, total, left: Math.min(1, Math.max(0, left / total)) };
    } else
      useLines.push({
        text: t(record.settings.idleTimeoutMs === undefined ? "row.needed" : "row.stays"),
        tone: "soft",
      });
  }
  if (last_request == null) {
    if (useLines.length === 0) useLines.push({ text: t("row.never"), tone: "soft" });
  } else {
    const client = last_client === null ? "" : t(`client.${last_client}`);
    useLines.push({ moment: labels.ago(Date.parse(last_request)), after: client, tone: "soft" });
  }
  return { useLines, countdown };
}

function wakeLines(
  { t, fine }: Labels,
  { wakes_today, wakes_total, wake_ms: { last, median } }: ContainerStatus,
): Line[] {
  if (wakes_total === 0) return [];
  const lines: Line[] = [{ text: t("row.today", { n: wakes_today }), ...(wakes_today === 0 && { tone: "soft" }) }];
  if (last !== null && median !== null)
    lines.push({ text: t("row.lastWake", { last: fine(last), median: fine(median) }), tone: "soft" });
  return lines;
}

function asleepLines(labels: Labels, { asleep_seconds, memory_saved_byte_seconds: saved }: ContainerStatus): Line[] {
  if (asleep_seconds === 0) return [];
  const lines: Line[] = [{ text: labels.span(asleep_seconds * 1_000) }];
  if (saved !== null && saved > 0)
    lines.push({ text: labels.byteHours(saved), tone: "soft", title: labels.t("dash.memoryHint") });
  return lines;
}

/**
 * Returns the address of an app; `undefined` for a host pattern. A host without a port gets that of the dashboard,
 * unless a front proxy routes to the app.
 */
function appHref(host: string, ownHost: string, hasFront: boolean): string | undefined {
  if (host.includes("*")) return undefined;
  const ownPort = /:\d+$/.exec(ownHost)?.[0] ?? "";
  const hasPort = /:\d+$/.test(host);
  return `//${host}${hasPort || hasFront ? "" : ownPort}/`;
}

/** A line of a cell: a text, optionally with a time. */
export interface Line {
  readonly text?: string;
  readonly moment?: Moment;
  /** The text after the time. */
  readonly after?: string;
  readonly tone?: "soft" | "danger";
  readonly title?: string;
}
