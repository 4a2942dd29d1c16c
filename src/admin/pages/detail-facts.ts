import { cleanText } from "../../respond/clean-text.ts";
import type { ContainerStatus } from "../api/container-status.ts";
import type { Line } from "./container-row.ts";
import type { Labels } from "./labels.ts";

/** Returns the known figures of a container with their names. */
export function detailFacts(labels: Labels, container: ContainerStatus) {
  const { t } = labels;
  const { last_request, last_client, memory_bytes, memory_saved_byte_seconds: saved } = container;
  const facts: { name: string; is: Line | undefined }[] = [
    {
      name: t("detail.lastUse"),
      is:
        last_request == null
          ? { text: t("row.never") }
          : {
              moment: labels.ago(Date.parse(last_request)),
              after: last_client === null ? "" : t(`client.${last_client}`),
            },
    },
    { name: t("detail.wakesToday"), is: { text: labels.number(container.wakes_today) } },
    { name: t("detail.wakesTotal"), is: { text: labels.number(container.wakes_total) } },
    { name: t("detail.timeAsleep"), is: { text: labels.span(container.asleep_seconds * 1_000) } },
    { name: t("detail.memory"), is: memory_bytes === null ? undefined : { text: labels.bytes(memory_bytes) } },
    {
      name: t("detail.memoryBack"),
      is: saved === null ? undefined : { text: labels.byteHours(saved), title: t("dash.memoryHint") },
    },
    { name: t("detail.schedule"), is: scheduleLine(labels, container) },
    {
      name: t("detail.groups"),
      is:
        container.groups.length === 0
          ? undefined
          : { text: labels.list(container.groups.map((name) => cleanText(name))) },
    },
    { name: t("detail.engine"), is: { text: cleanText(container.engine) } },
    { name: t("detail.image"), is: container.image === "" ? undefined : { text: cleanText(container.image) } },
  ];
  return facts.filter(({ is }) => is !== undefined);
}

function scheduleLine(labels: Labels, { schedule }: ContainerStatus): Line | undefined {
  if (schedule === null) return undefined;
  const { open, next_start, next_stop } = schedule;
  const next = open ? next_stop : next_start;
  if (next === null) return undefined;
  return { text: labels.t(open ? "row.closes" : "row.opens"), moment: labels.at(Date.parse(next)) };
}
