/** One command of `dag`: reads its arguments, says what it did, and returns the exit code. */
export interface Command {
  /** One line for the help, lower-case and without a full stop. */
  readonly summary: string;
  /** More about it, for the manual; one paragraph each. */
  readonly details?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  readonly operands?: readonly Operand[];
  /** The arguments were checked against options and operands before. */
  run(given: Given, io: Io): Promise<number>;
}

/** What follows `--`. */
export interface Option {
  readonly summary: string;
  /** What it takes, as the help names it; absent: nothing. */
  readonly value?: string;
  /** The only values that it takes. */
  readonly words?: readonly string[];
  /** The command does not run without it. */
  readonly required?: true;
}

/** What follows the command's name without a dash. */
export interface Operand {
  /** As the help names it: `FILE`. */
  readonly name: string;
  readonly required: boolean;
  /** The only values that it takes; `files`: any path. Absent: anything. */
  readonly words?: readonly string[] | "files";
}

/** What somebody gave: an option without a value is `true`. */
export interface Given {
  readonly options: Readonly<Record<string, string | true | undefined>>;
  readonly operands: readonly string[];
}

/** The process as commands see it; `main.ts` alone knows the real one. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Somebody reads along on a terminal. */
  readonly isTerminal: boolean;
  /** Calls `listener` at each such signal. */
  readonly onSignal: (signal: "SIGHUP" | "SIGTERM" | "SIGINT", listener: () => void) => void;
  /** Calls `listener` with each exception and rejection that nobody caught; from then on they do not end the process. */
  readonly onFault: (listener: (fault: unknown) => void) => void;
  /** Called when a command that goes on running has begun to do its work. */
  readonly started?: () => void;
}

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
