import { timeSpan } from "../../core/time-span.ts";
import { causeText, type TransitionCause } from "../../core/transition-cause.ts";
import { cleanText } from "../../respond/clean-text.ts";
import { failureText } from "../../respond/failure-text.ts";
import type { Translate } from "../../respond/language.ts";
import type { MessageKey } from "../../respond/messages/en.ts";
import type { Reason, ReasonValue } from "../api/reasons.ts";
import type { Labels } from "./labels.ts";

/** Formats a cause in the client's language, or in English if it has no translation. */
export function causeLabel(t: Translate, cause: TransitionCause): string {
  if (cause.code === "failed") return failureText(t, cause.cause).sentence;
  if (cause.code === "stop-ended") return t("why.stopEnded");
  if (cause.code === "killed") return t("why.killed", { time: cleanText(timeSpan(cause.afterMs)) });
  if (cause.code === "seen" && !cause.restarted) return t(`why.seen.${cause.status}`);
  if (cause.code === "seen" && cause.status === "running") return t("why.seen.anew");
  const key = Object.hasOwn(KEYS, cause.code) ? KEYS[cause.code] : undefined;
  return key === undefined ? cleanText(causeText(cause)) : t(key);
}

/** Formats a sentence of an explanation in the client's language. */
export function reasonText(labels: Labels, { key, values = {} }: Reason): string {
  const written = Object.entries(values).map(([name, value]) => [name, write(labels, value)] as const);
  return labels.t(key, Object.fromEntries(written));
}

function write(labels: Labels, value: ReasonValue): string | number {
  if (typeof value === "number") return value;
  if (typeof value === "string") return cleanText(value);
  if ("atMs" in value) return labels.at(value.atMs).text;
  if ("spanMs" in value) return labels.span(value.spanMs);
  if ("why" in value) return causeLabel(labels.t, value.why);
  if ("failed" in value) {
    const { sentence, words: more } = failureText(labels.t, value.failed);
    return more === "" ? sentence : `${sentence} ${more}`;
  }
  return labels.list(value.anyOf, "disjunction");
}

const KEYS: Readonly<Record<string, MessageKey>> = {
  request: "why.request",
  auth: "why.auth",
  admin: "why.admin",
  schedule: "why.schedule",
  suspend: "why.suspend",
  dependency: "why.dependency",
  scale: "why.scale",
  idle: "why.idle",
  pause: "why.idle",
  unneeded: "why.unneeded",
  updating: "phase.updating",
  dependencies: "phase.dependencies",
  starting: "phase.starting",
  waiting: "phase.waiting",
  answered: "why.answers",
  completed: "why.ended",
  refused: "why.refused",
  arrival: "why.came",
  drained: "why.nothingOpen",
};
