import { createRequire } from "node:module";
import { pino, type DestinationStream, type Logger as PinoLogger } from "pino";
import type * as PinoPretty from "pino-pretty";

export type Logger = PinoLogger;
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** For people at a terminal; otherwise one JSON object a line. */
  readonly pretty: boolean;
  readonly colors?: boolean;
  /** Absent: standard output, written at once so that the last line before an exit is not lost. */
  readonly destination?: DestinationStream;
}

/** Creates the log. Fields that could hold a secret are never written. */
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

/** Line by line and at once: pino-pretty's own stream would lose the last lines before an exit. */
function forPeople(out: DestinationStream, colorize: boolean): DestinationStream {
  // Loaded here, since only a terminal needs it.
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

/** Fields of the domain events: their messages say the same. */
const IN_THE_MESSAGE = [
  "event,container,cause,reason,duration_ms,awake_ms,retry_ms,exit_code,oom,error,cpus,from,to,why",
  "route,outcome,waited_ms,engine,hosts,containers,address,path",
].join(",");
