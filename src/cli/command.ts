/** One command of `dag`: reads its arguments, prints its result, and returns the exit code. */
export interface Command {
  /** One line for the help, lower-case and without a full stop. */
  readonly summary: string;
  /** Details for the manual; one paragraph each. */
  readonly details?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  readonly operands?: readonly Operand[];
  /** The arguments were checked against options and operands before. */
  run(given: Given, io: Io): Promise<number>;
}

/** An option, after `--`. */
export interface Option {
  readonly summary: string;
  /** The name of its value in the help; absent: none. */
  readonly value?: string;
  /** The only values that it accepts. */
  readonly words?: readonly string[];
  /** The command does not run without it. */
  readonly required?: true;
}

/** An argument without a dash. */
export interface Operand {
  /** Its name in the help: `FILE`. */
  readonly name: string;
  readonly required: boolean;
  /** The only values that it accepts; `files`: any path. Absent: anything. */
  readonly words?: readonly string[] | "files";
}

/** The given values: an option without a value is `true`. */
export interface Given {
  readonly options: Readonly<Record<string, string | true | undefined>>;
  readonly operands: readonly string[];
}

/** The process as commands see it; only `main.ts` knows the real one. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /** Calls `listener` at each such signal. */
  readonly onSignal: (signal: "SIGHUP" | "SIGTERM" | "SIGINT", listener: () => void) => void;
  /** Calls `listener` with each uncaught exception and rejection; from then on they do not end the process. */
  readonly onFault: (listener: (fault: unknown) => void) => void;
  /** Called when a long-running command has begun its work. */
  readonly started?: () => void;
}

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
