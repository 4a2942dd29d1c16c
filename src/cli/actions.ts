import { z } from "zod";
import { LONGEST_PIN_MS, LONGEST_SUSPENSION_MS } from "../core/admin-limits.ts";
import { formatDuration, parseDuration } from "../core/duration.ts";
import { queryGateway, postToGateway } from "./query-gateway.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "./command.ts";
import { containerLines, containerSchema } from "./container-lines.ts";
import { findContainers, inventorySchema } from "./find-containers.ts";
import { withGateway } from "./with-gateway.ts";

/** The commands for the dashboard's actions, which wake, stop, pin, suspend or resume containers by name or host. */
export const actions: Readonly<Record<"wake" | "sleep" | "keep" | "suspend" | "resume", Command>> = {
  wake: action({
    name: "wake",
    summary: "wakes a container, like a request",
    details: ["Does not wait until the app answers. Ends the cool-down after a failed wake."],
    path: "wake",
  }),
  sleep: action({
    name: "sleep",
    summary: "stops a container; the next request wakes it",
    details: ["Open requests may finish (up to 30 s); a running docker exec command is ended."],
    path: "stop",
    mayDelete: true,
  }),
  keep: action({
    name: "keep",
    summary: "wakes a container and keeps it awake for a while",
    details: [
      "The idle_timeout does not apply meanwhile; the schedule still does. --for 0 lets the container sleep again.",
    ],
    path: "pin",
    span: { example: "8h", longestMs: LONGEST_PIN_MS, mayBeZero: true },
  }),
  suspend: action({
    name: "suspend",
    summary: "stops a container and prevents wakes for a while",
    details: [
      "For a backup or maintenance: requests, schedules and dependent containers do not wake it. Visitors get 503 and a page that explains it. The suspension ends by itself, or by dag resume; a restart of the gateway does not end it.",
    ],
    path: "suspend",
    span: { example: "2h", longestMs: LONGEST_SUSPENSION_MS, mayBeZero: false },
  }),
  resume: action({
    name: "resume",
    summary: "ends a suspension; the next request wakes the container",
    path: "resume",
  }),
};

interface Action {
  readonly name: string;
  readonly summary: string;
  readonly details?: readonly string[];
  /** The path of the action below `/_status/`. */
  readonly path: string;
  /** The command has `--delete`, for containers that a stop deletes. */
  readonly mayDelete?: true;
  /** The value of `--for`; absent: the command has no such option. */
  readonly span?: { readonly example: string; readonly longestMs: number; readonly mayBeZero: boolean };
}

const statusSchema = inventorySchema.extend({ containers: z.array(containerSchema) });

function action({ name, summary, details = [], path, mayDelete, span }: Action): Command {
  return {
    summary,
    details: [
      ...details,
      "HOST is matched like a request's host; a group's name means all its members. Port and credentials come from the gateway's configuration; GATEWAY_URL sets another address.",
    ],
    options: {
      ...(span && {
        for: { summary: `how long, such as ${span.example}`, value: "DURATION", required: true as const },
      }),
      ...(mayDelete && { delete: { summary: "also stops a container that was started with --rm, which deletes it" } }),
      json: { summary: "prints one JSON document per container instead" },
    },
    operands: [{ name: "HOST|NAME", required: true }],

    run: async ({ options, operands: [wanted = ""] }, io) => {
      const time = String(options["for"] ?? "");
      const wrong = span && faultOfSpan(time, span);
      if (wrong !== undefined) {
        io.stderr(`dag ${name}: --for: ${wrong}\n`);
        return EXIT_USAGE;
      }
      return withGateway(io, name, async (address) => {
        const before = await queryGateway(address, "/_status/api", statusSchema);
        const names = findContainers(before, wanted);
        if (typeof names === "string") {
          io.stderr(`dag ${name}: ${names}\n`);
          return EXIT_FAILURE;
        }
        const deleted = before.containers.find((one) => names.includes(one.name) && one.stop_deletes === true);
        if (path === "stop" && deleted !== undefined && options["delete"] !== true) {
          io.stderr(`dag sleep: "${deleted.name}" was started with --rm: a stop deletes it; add --delete to confirm\n`);
          return EXIT_FAILURE;
        }
        const confirmed = options["delete"] === true ? { confirm: "delete" } : {};
        for (const each of names) {
          const parameters = new URLSearchParams({ container: each, ...(span && { for: time }), ...confirmed });
          await postToGateway(address, `/_status/${path}?${parameters.toString()}`);
        }
        const { containers } = await queryGateway(address, "/_status/api", statusSchema);
        const done = containers.filter((container) => names.includes(container.name));
        if (options["json"] === true) for (const each of done) io.stdout(`${JSON.stringify(each)}\n`);
        else io.stdout(containerLines(done));
        return EXIT_OK;
      });
    },
  };
}

function faultOfSpan(text: string, { longestMs, mayBeZero }: NonNullable<Action["span"]>): string | undefined {
  const span = parseDuration(text);
  if (!span.ok) return span.fault;
  if (span.value === 0 && !mayBeZero) return "must be longer than 0; dag resume ends a suspension";
  return span.value > longestMs ? `${text} is longer than ${formatDuration(longestMs)}, the maximum` : undefined;
}
