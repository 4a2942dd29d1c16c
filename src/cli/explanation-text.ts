import { z } from "zod";
import { plainLine } from "../core/plain-line.ts";

const sentences = z.array(z.string());

/** The response of `/_status/explain`. */
export const explanationSchema = z.object({
  name: z.string(),
  state: z.string(),
  since: z.string(),
  why_awake: sentences,
  why_not_stopped: sentences,
  would_wake: sentences,
  warnings: sentences.default([]), // a gateway of an earlier version has none
  will_stop: z.object({ at: z.string(), reason: z.string() }).nullable(),
  transitions: z.array(z.object({ at: z.string(), from: z.string(), to: z.string(), why: z.string() })),
});

/** The explanation of a container. */
export type ExplanationDocument = z.output<typeof explanationSchema>;

/** Formats an explanation for a terminal, with times in UTC; the output of an app is one plain line. */
export function explanationText(explanation: ExplanationDocument): string {
  const { name, state, since, why_awake, why_not_stopped, would_wake, warnings, will_stop, transitions } = explanation;
  const stop = will_stop === null ? "No stop is due." : `At ${moment(will_stop.at)} (${will_stop.reason}).`;
  return [
    `${plainLine(name)}: ${state} since ${moment(since)}\n`,
    section("Why it is awake", why_awake),
    section("Why it is not stopped", why_not_stopped),
    section("When it will stop", why_awake.length > 0 ? [stop] : []),
    section("What would wake it", would_wake),
    section("Warnings", warnings),
    section("Last changes", changes(transitions)),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.map((line) => `  ${moment(line)}\n`).join("")}`;
}

function changes(transitions: ExplanationDocument["transitions"]): string[] {
  const rows = transitions.map(({ at, from, to, why }) => [moment(at), `${from} → ${to}`, why] as const);
  const width = Math.max(0, ...rows.map(([, change]) => change.length));
  return rows.map(([at, change, why]) => `${at}  ${change.padEnd(width)}  ${why}`);
}

/** Removes the milliseconds of times. */
function moment(text: string): string {
  return plainLine(text).replaceAll(/(\dT\d\d:\d\d:\d\d)\.\d+Z/g, "$1Z");
}
