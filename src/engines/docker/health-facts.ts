import type { ContainerInspectInfo } from "dockerode";
import type { Observation } from "../../core/observation.ts";
import { plainLine } from "../../core/plain-line.ts";
import { isOlder } from "./client.ts";
import { parseTime } from "./parse-time.ts";

type Inspected = {
  readonly State: Pick<ContainerInspectInfo["State"], "StartedAt" | "Health">;
  readonly Config: Pick<ContainerInspectInfo["Config"], "Healthcheck">;
};

/** Returns the results of a running container's health check in this run. `api`: the API version. */
export function healthFacts(
  { State: { Health, StartedAt }, Config: { Healthcheck } }: Inspected,
  api: string,
): Pick<Observation, "health" | "firstCheckAfterMs" | "checkOutput"> {
  const health = toHealth(Health?.Status);
  if (health === "none" || health === "healthy") return { health };
  // The log may still contain results of earlier runs.
  const startedMs = parseTime(StartedAt) ?? 0;
  const last = (Health?.Log ?? []).filter(({ Start }) => (parseTime(Start) ?? 0) >= startedMs).at(-1);
  if (last !== undefined) return last.ExitCode === 0 ? { health } : { health, checkOutput: outputOf(last) };
  return health === "starting" ? { health, firstCheckAfterMs: firstCheckAfterMs(Healthcheck, api) } : { health };
}

/** Since API 1.44 checks are more frequent within a start period. Docker's durations are in nanoseconds. */
function firstCheckAfterMs(check: Inspected["Config"]["Healthcheck"], api: string): number {
  const { Interval, StartPeriod, StartInterval } = check ?? {};
  const startsOften = Boolean(StartPeriod) && !isOlder(api, "1.44");
  return startsOften ? (StartInterval || 5 * SECOND) / NS_PER_MS : (Interval || 30 * SECOND) / NS_PER_MS;
}

/** Returns the output of a check as one plain line of limited length. */
function outputOf({ Output, ExitCode }: { readonly Output: string; readonly ExitCode: number }): string {
  const line = plainLine(Output.slice(0, 2_000)).trim();
  if (line === "") return `exit code ${ExitCode}`;
  return line.length > LONGEST_OUTPUT ? `${line.slice(0, LONGEST_OUTPUT - 1).toWellFormed()}…` : line;
}

function toHealth(word: string | undefined): Observation["health"] {
  return word === "starting" || word === "healthy" || word === "unhealthy" ? word : "none";
}

const LONGEST_OUTPUT = 200;
const NS_PER_MS = 1e6;
const SECOND = 1e9;
