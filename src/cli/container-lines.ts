import { z } from "zod";
import { plainLine } from "../core/plain-line.ts";

const moment = z.string().nullish();

/** The fields of a container in `/_status/api` that are shown; the others are kept for `--json`. */
export const containerSchema = z.looseObject({
  name: z.string(),
  hosts: z.array(z.string()),
  state: z.string(),
  idle_deadline: moment,
  pinned_until: moment,
  suspended_until: moment,
  stop_deletes: z.boolean().optional(),
});

/** A container in `/_status/api`. */
export type ContainerDocument = z.output<typeof containerSchema>;

/** Formats containers as a table for a terminal, times in UTC. */
export function containerLines(containers: readonly ContainerDocument[]): string {
  const rows = containers.map((container) => [
    plainLine(container.name),
    plainLine(container.state),
    container.hosts.map(plainLine).join(","),
    note(container),
  ]);
  const table = [["NAME", "STATE", "HOSTS", ""], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function note({ suspended_until, pinned_until, idle_deadline }: ContainerDocument): string {
  if (suspended_until != null) return `suspended until ${minutes(suspended_until)}`;
  if (pinned_until != null) return `kept awake until ${minutes(pinned_until)}`;
  return idle_deadline == null ? "" : `sleeps at ${minutes(idle_deadline)}`;
}

function minutes(iso: string): string {
  return plainLine(iso).replace(/\.\d+Z$/, "Z");
}
