import { z } from "zod";
import { LONGEST_PIN_MS, LONGEST_SUSPENSION_MS } from "../core/admin-limits.ts";
import { formatDuration, parseDuration } from "../core/duration.ts";
import { askGateway, orderGateway } from "./ask-gateway.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "./command.ts";
import { containerLines, containerSchema } from "./container-lines.ts";
import { findContainers, inventorySchema } from "./find-containers.ts";
import { withGateway } from "./with-gateway.ts";

/** The actions of the dashboard's buttons: wakes, stops, pins, suspends or resumes containers by name or host. */
export const actions: Readonly<Record<"wake" | "sleep" | "keep" | "suspend" | "resume", Command>> = {
  wake: action({
    name: "wake",
    summary: "wakes a container, as a request for it does",
    details: ["Does not wait until it answers. A cool-down after a failed wake is ended."],
    path: "wake",
  }),
  sleep: action({
    name: "sleep",
    summary: "stops a container; the next request wakes it",
    details: ["What is open has up to 30 seconds to end; a command of docker exec that runs in it is ended."],
    path: "stop",
    mayDelete: true,
  }),
  keep: action({
    name: "keep",
    summary: "wakes a container and keeps it awake for a while",
    details: ["Whatever its idle_timeout; its schedule still counts. --for 0 lets it sleep again."],
    path: "pin",
    span: { example: "8h", longestMs: LONGEST_PIN_MS, mayBeZero: true },
  }),
  suspend: action({
    name: "suspend",
    summary: "stops a container and lets nothing wake it for a while",
    details: [
      "For a backup or maintenance: requests, schedules and dependent containers do not wake it. Visitors get 503 and a page that says so. It ends by itself, or by dag resume; a restart of the gateway changes nothing about it.",
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
  /** The path below `/_status/`. */
  readonly path: string;
  /** It has `--delete`, for containers that a stop deletes. */
  readonly mayDelete?: true;
  /** The value of `--for`; absent: there is none. */
  readonly span?: { readonly example: string; readonly longestMs: number; readonly mayBeZero: boolean };
}

const statusSchema = inventorySchema.extend({ containers: z.array(containerSchema) });

function action({ name, summary, details = [], path, mayDelete, span }: Action): Command {
  return {
    summary,
    details: [
      ...details,
      "HOST is matched as a request's host is, and a group's name means all of its members. Port and credentials are read from the same configuration as the gateway's; GATEWAY_URL names another place.",
    ],
    options: {
      ...(span && {
        for: { summary: `how long, such as ${span.example}`, value: "DURATION", required: true as const },
      }),
      ...(mayDelete && { delete: { summary: "also stops one that was started with --rm, which deletes it" } }),
      json: { summary: "prints one JSON document for each container instead" },
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
        const before = await askGateway(address, "/_status/api", statusSchema);
        const names = findContainers(before, wanted);
        if (typeof names === "string") {
          io.stderr(`dag ${name}: ${names}\n`);
          return EXIT_FAILURE;
        }
        const deleted = before.containers.find((one) => names.includes(one.name) && one.stop_deletes === true);
        if (path === "stop" && deleted !== undefined && options["delete"] !== true) {
          io.stderr(`dag sleep: "${deleted.name}" was started with --rm: a stop deletes it; --delete does that\n`);
          return EXIT_FAILURE;
        }
        const confirmed = options["delete"] === true ? { confirm: "delete" } : {};
        for (const each of names) {
          const parameters = new URLSearchParams({ container: each, ...(span && { for: time }), ...confirmed });
          await orderGateway(address, `/_status/${path}?${parameters.toString()}`);
        }
        const { containers } = await askGateway(address, "/_status/api", statusSchema);
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
  if (span.value === 0 && !mayBeZero) return "a suspension must last for a while; dag resume ends one";
  return span.value > longestMs
    ? `${text} is longer than ${formatDuration(longestMs)}, the most that is allowed`
    : undefined;
}
