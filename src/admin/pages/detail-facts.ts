import { cleanText } from "../../respond/clean-text.ts";
import type { ContainerStatus } from "../api/container-status.ts";
import type { Line } from "./line.ts";
import type { Words } from "./words.ts";

/** The figures of one container, with their names; what is not known is left out. */
export function detailFacts(words: Words, container: ContainerStatus) {
  const { t } = words;
  const { last_request, last_client, memory_bytes, memory_saved_byte_seconds: saved } = container;
  const facts: { name: string; is: Line | undefined }[] = [
    {
      name: t("detail.lastUse"),
      is:
        last_request == null
          ? { text: t("row.never") }
          : {
              moment: words.ago(Date.parse(last_request)),
              after: last_client === null ? "" : t(`client.${last_client}`),
            },
    },
    { name: t("detail.wakesToday"), is: { text: words.number(container.wakes_today) } },
    { name: t("detail.wakesTotal"), is: { text: words.number(container.wakes_total) } },
    { name: t("detail.timeAsleep"), is: { text: words.span(container.asleep_seconds * 1_000) } },
    { name: t("detail.memory"), is: memory_bytes === null ? undefined : { text: words.bytes(memory_bytes) } },
    {
      name: t("detail.memoryBack"),
      is: saved === null ? undefined : { text: words.byteHours(saved), title: t("dash.memoryHint") },
    },
    { name: t("detail.schedule"), is: scheduleLine(words, container) },
    {
      name: t("detail.groups"),
      is:
        container.groups.length === 0
          ? undefined
          : { text: words.list(container.groups.map((name) => cleanText(name))) },
    },
    { name: t("detail.image"), is: container.image === "" ? undefined : { text: cleanText(container.image) } },
  ];
  return facts.filter(({ is }) => is !== undefined);
}

function scheduleLine(words: Words, { schedule }: ContainerStatus): Line | undefined {
  if (schedule === null) return undefined;
  const { open, next_start, next_stop } = schedule;
  const next = open ? next_stop : next_start;
  if (next === null) return undefined;
  return { text: words.t(open ? "row.closes" : "row.opens"), moment: words.at(Date.parse(next)) };
}
