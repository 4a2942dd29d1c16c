import { cleanText } from "../../respond/clean-text.ts";
import type { Translate } from "../../respond/language.ts";
import type { MessageKey } from "../../respond/messages/en.ts";
import type { Reason, ReasonValue } from "../api/reasons.ts";
import type { Words } from "./words.ts";

/** A cause as the timeline has it, in the reader's language; one that has no text of ours (a failure's words) stays as it is. */
export function whyText(t: Translate, why: string): string {
  const key = Object.hasOwn(KEYS, why) ? KEYS[why] : undefined;
  if (key !== undefined) return t(key);
  if (why.startsWith("the stop ended: ")) return t("why.stopEnded");
  const [, time] = /^it did not end within (.+) and was killed$/.exec(why) ?? [];
  if (time !== undefined) return t("why.killed", { time: cleanText(time) });
  return cleanText(why);
}

/** A sentence of an explanation in the reader's language. */
export function reasonText(words: Words, { key, values = {} }: Reason): string {
  const written = Object.entries(values).map(([name, value]) => [name, write(words, value)] as const);
  return words.t(key, Object.fromEntries(written));
}

function write(words: Words, value: ReasonValue): string | number {
  if (typeof value === "number") return value;
  if (typeof value === "string") return cleanText(value);
  if ("atMs" in value) return words.at(value.atMs).text;
  if ("spanMs" in value) return words.span(value.spanMs);
  if ("why" in value) return whyText(words.t, value.why);
  return words.list(value.anyOf, "disjunction");
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
  "it answers": "why.answers",
  "it ended as it should": "why.ended",
  "it refused a connection": "why.refused",
  "a request came": "why.came",
  "nothing is open": "why.nothingOpen",
  "seen running": "why.seen.running",
  "seen running anew": "why.seen.anew",
  "seen stopped": "why.seen.stopped",
  "seen paused": "why.seen.paused",
  "seen absent": "why.seen.absent",
  "seen restarting": "why.seen.restarting",
};
