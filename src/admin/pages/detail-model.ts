import { expectedWakeMs } from "../../core/eta.ts";
import type { Lifecycle } from "../../lifecycle/lifecycle.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { cleanText } from "../../respond/clean-text.ts";
import type { LogView } from "../api/admin-log.ts";
import type { ContainerStatus } from "../api/container-status.ts";
import type { DescribedSetting } from "../../web/endpoints-deps.ts";
import { isUp } from "../api/explain.ts";
import { type Reason, whyAwake, whyNotStopped, wouldWake } from "../api/reasons.ts";
import { nextStopOf } from "../api/idle-schedule.ts";
import { containerRow, detailHref, type RowSources } from "./container-row.ts";
import { detailFacts } from "./detail-facts.ts";
import { bucketOf } from "./dashboard-query.ts";
import { settingsModel } from "./settings-model.ts";
import { HISTOGRAM, wakeHistogram } from "./wake-histogram.ts";
import { causeLabel, reasonText } from "./reason-text.ts";

/** What the page is created from. */
interface DetailSources {
  readonly record: WorkloadRecord;
  readonly container: ContainerStatus;
  readonly settings: readonly DescribedSetting[];
  readonly log: LogView;
}

/** Creates the model of the details page. */
export function detailModel(
  sources: RowSources,
  lifecycle: Lifecycle,
  { record, container, settings, log }: DetailSources,
) {
  const { labels } = sources;
  const { t } = labels;
  const row = containerRow(sources, record, container);
  const medianMs = expectedWakeMs(record.wakesMs) ?? 0;
  const link = (name: string, note = "") => ({ name: cleanText(name), href: detailHref(name), note });
  return {
    row,
    HISTOGRAM,
    reasons: reasons(),
    timeline: record.timeline.toReversed().map(({ wallMs, to, cause }) => ({
      at: labels.at(wallMs),
      state: to,
      bucket: bucketOf(to),
      word: t(`state.${to}`),
      why: causeLabel(t, cause),
    })),
    histogram: wakeHistogram(labels, record.wakesMs, medianMs),
    facts: detailFacts(labels, container),
    needs: container.depends_on.map(({ name, condition }) => link(name, t(`condition.${condition}`))),
    neededBy: record.dependents.map(({ name }) => link(name)),
    warnings: container.warnings.map((warning) => cleanText(warning)),
    settings: settingsModel(t, settings),
    log: { lines: log.lines, note: log.note === "" ? "" : t(LOG_NOTES[log.note]) },
  };

  function reasons() {
    const write = (list: readonly Reason[]): string[] => list.map((reason) => reasonText(labels, reason));
    if (!isUp(record)) return [{ title: t("detail.wouldWake"), sentences: write(wouldWake(lifecycle, record)) }];
    const plan = nextStopOf(lifecycle.context, record);
    const stop: Reason =
      plan === undefined
        ? { key: "explain.stopsNot" }
        : { key: "explain.stops", values: { at: { atMs: plan.atMs }, why: { why: { code: plan.reason } } } };
    return [
      { title: t("detail.awakeBecause"), sentences: write(whyAwake(lifecycle, record)) },
      { title: t("detail.notStopped"), sentences: write(whyNotStopped(lifecycle, record)) },
      { title: t("detail.willStop"), sentences: write([stop]) },
    ].filter(({ sentences }) => sentences.length > 0);
  }
}

const LOG_NOTES = {
  never: "detail.logsNever",
  asleep: "detail.logsAsleep",
  empty: "detail.logsEmpty",
} as const;
