/** One command of `dag`: reads its arguments, says what it did, and returns the exit code. */
export interface Command {
  readonly summary: string;
  /** What follows `dag NAME` in the help. */
  readonly usage: string;
  run(args: readonly string[], io: Io): Promise<number>;
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
}

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
