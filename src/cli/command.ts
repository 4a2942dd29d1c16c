/** A command of `dag`. */
export interface Command {
  /** One line for the help, lower-case and without a full stop. */
  readonly summary: string;
  /** Paragraphs for the manual. */
  readonly details?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  readonly operands?: readonly Operand[];
  /** Runs the command, prints its result, and returns the exit code. The arguments match `options` and `operands`. */
  run(given: Given, io: Io): Promise<number>;
}

/** An option that begins with `--`. */
export interface Option {
  readonly summary: string;
  /** The name of its value in the help; absent: none. */
  readonly value?: string;
  /** The only values that it accepts. */
  readonly words?: readonly string[];
  /** The command requires it. */
  readonly required?: true;
}

/** An argument without a dash. */
export interface Operand {
  /** Its name in the help, such as `FILE`. */
  readonly name: string;
  readonly required: boolean;
  /** The only values that it accepts; `files`: any path. Absent: anything. */
  readonly words?: readonly string[] | "files";
}

/** The given arguments; an option without a value is `true`. */
export interface Given {
  readonly options: Readonly<Record<string, string | true | undefined>>;
  readonly operands: readonly string[];
}

/** The interface of commands to the process; only `main.ts` uses the real one. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Calls `listener` at each such signal. */
  readonly onSignal: (signal: "SIGHUP" | "SIGTERM" | "SIGINT", listener: () => void) => void;
  /** Calls `listener` with each uncaught exception and rejection, which then do not end the process. */
  readonly onFault: (listener: (fault: unknown) => void) => void;
  /** Called when a long-running command has begun its work. */
  readonly started?: () => void;
}

/** The exit code of success. */
export const EXIT_OK = 0;
/** The exit code of a failure. */
export const EXIT_FAILURE = 1;
/** The exit code of wrong arguments or a faulty configuration. */
export const EXIT_USAGE = 2;
