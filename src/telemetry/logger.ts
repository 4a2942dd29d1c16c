import { createRequire } from "node:module";
import { pino, type DestinationStream, type Logger as PinoLogger } from "pino";
import type * as PinoPretty from "pino-pretty";
import type { LogLevel } from "./log-level.ts";

/** The log. */
export type Logger = PinoLogger;

/** The options of the log. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** Formatted for people at a terminal; otherwise one JSON object per line. */
  readonly pretty: boolean;
  readonly colors?: boolean;
  /** Absent: standard output, written synchronously so that the last line before an exit is not lost. */
  readonly destination?: DestinationStream;
}

/** Creates the log. Fields that could contain a secret are redacted. */
export function createLogger({ level, pretty, colors = pretty, destination }: LoggerOptions): Logger {
  const out = destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), remove: true },
    },
    pretty ? forPeople(out, colors) : out,
  );
}

/** Formats lines synchronously; pino-pretty's own stream would lose the last lines before an exit. */
function forPeople(out: DestinationStream, colorize: boolean): DestinationStream {
  // Loaded here, because only terminals need it.
  const { prettyFactory } = createRequire(import.meta.url)("pino-pretty") as typeof PinoPretty;
  const prettify = prettyFactory({
    colorize,
    translateTime: "SYS:HH:MM:ss.l",
    ignore: IN_THE_MESSAGE,
    singleLine: true,
  });
  return {
    write(line) {
      out.write(prettify(line));
    },
  };
}

const SECRETS = ["password", "token", "secret", "authorization", "cookie", "env"];

/** The fields of domain events that are not shown to people, because the messages contain them. */
const IN_THE_MESSAGE = [
  "event,container,cause,reason,duration_ms,awake_ms,retry_ms,exit_code,oom,error,cpus,from,to,why",
  "route,outcome,waited_ms,engine,hosts,containers,address,path",
].join(",");
