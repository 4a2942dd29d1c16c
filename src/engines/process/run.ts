import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExitFacts } from "../../core/observation.ts";
import type { ProcessSettings } from "../../core/settings.ts";
import { createByteTail, type ByteTail } from "./byte-tail.ts";
import type { Guard } from "./guard.ts";
import { isGroupAlive, killMarked, signalGroup } from "./process-group.ts";

/** One run of a program, from its start until it and its children have ended. */
export interface Run {
  /** The process id of the program, which is also the id of its process group. */
  readonly pid: number;
  readonly startedAtMs: number;
  readonly output: ByteTail;
  /** Set when the program and all its children have ended. */
  readonly exit: ExitFacts | undefined;
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** Ends the run; resolves when no process is left, with true if it had to be killed after `timeoutMs`. */
  end(signal: NodeJS.Signals, timeoutMs: number): Promise<boolean>;
}

interface RunDeps {
  readonly guard: Guard;
  /** A unique environment variable, as `NAME=value`, by which its processes are found. */
  readonly mark: string;
  /** Called when `exit` is set. */
  readonly onEnd: () => void;
}

/** Starts a program as the leader of its own process group; rejects if the system refuses. */
export async function startRun(settings: ProcessSettings, env: Record<string, string>, deps: RunDeps): Promise<Run> {
  const child = await launch(settings, { ...env, ...asVariable(deps.mark) }, deps.guard);
  const pid = child.pid as number;
  const output = createByteTail();
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
  const state = { exit: undefined as ExitFacts | undefined, paused: false, ending: false };
  const run = { pid, startedAtMs: Date.now(), output };
  const closed = new Promise((resolve) => child.once("close", resolve));
  const ended = whenExited(child).then(settle);

  async function settle({ code, signal }: Exited): Promise<void> {
    const atMs = Date.now();
    // As in a container, the children are killed when the first process ends; only an ordered stop gives them time too.
    while (state.ending && isGroupAlive(pid)) await sleep(POLL_MS);
    killRest();
    await Promise.race([closed, sleep(FLUSH_MS, undefined, { ref: false })]);
    state.exit = {
      code: code ?? 128 + os.constants.signals[signal ?? "SIGKILL"],
      ...unknown,
      message: signalText(signal),
      atMs,
    };
    deps.onEnd();
  }

  function killRest(): void {
    signalGroup(pid, "SIGKILL");
    deps.guard.remove(pid);
    killMarked(deps.mark);
  }

  return {
    ...run,
    get exit() {
      return state.exit;
    },
    get paused() {
      return state.paused;
    },
    pause() {
      signalGroup(pid, "SIGSTOP");
      state.paused = true;
    },
    resume() {
      signalGroup(pid, "SIGCONT");
      state.paused = false;
    },
    async end(signal, timeoutMs) {
      state.ending = true;
      const deadline = performance.now() + timeoutMs;
      signalGroup(pid, signal);
      signalGroup(pid, "SIGCONT");
      while (signal !== "SIGKILL" && isGroupAlive(pid) && performance.now() < deadline) await sleep(POLL_MS);
      const isLate = signal !== "SIGKILL" && isGroupAlive(pid);
      killRest();
      await ended;
      return isLate;
    },
  };
}

interface Exited {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when the first process has ended. */
function whenExited(child: ChildProcess): Promise<Exited> {
  const { exitCode: code, signalCode: signal } = child;
  if (code !== null || signal !== null) return Promise.resolve({ code, signal });
  return new Promise((resolve) =>
    child.once("exit", (exitCode, signalCode) => resolve({ code: exitCode, signal: signalCode })),
  );
}

/**
 * Starts a shell that waits for a line before it becomes the program, so that its group can be added to the guard
 * first; if the gateway dies in between, the shell reads the end of the pipe and exits. Both outputs share a pipe to
 * keep their order.
 */
async function launch(
  { command, cwd }: ProcessSettings,
  env: Record<string, string>,
  guard: Guard,
): Promise<ChildProcess> {
  const child = spawn("/bin/sh", ["-c", `read -r go <&3 || exit 1; exec 3<&- 2>&1; exec "$@"`, "sh", ...command], {
    cwd: cwd || undefined,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "ignore", "pipe"],
  });
  const gate = child.stdio[3] as Writable;
  gate.on("error", () => undefined);
  await once(child, "spawn");
  try {
    await guard.add(child.pid as number);
  } catch (error) {
    gate.destroy();
    throw error;
  }
  gate.end("go\n");
  return child;
}

function asVariable(mark: string): Record<string, string> {
  const [name = "", value = ""] = mark.split("=");
  return { [name]: value };
}

function signalText(signal: NodeJS.Signals | null): string {
  return signal === null ? "" : `ended by ${signal}`;
}

const unknown = { oomKilled: false };
const POLL_MS = 10;
/** How long to wait for output after the end. */
const FLUSH_MS = 100;
