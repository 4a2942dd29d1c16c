import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The result of a test, with the reason of a skip or the text of a failure. */
export interface TestResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly text: string;
}

/** The result of a test file. */
export interface FileResult {
  readonly file: string;
  readonly results: readonly TestResult[];
  readonly ms: number;
  /** Its whole output. */
  readonly output: string;
}

/** Runs a test file in its own process group, and then ends what is left of that group. */
export async function runTestFile(
  file: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<FileResult> {
  const began = performance.now();
  const dir = mkdtempSync(path.join(tmpdir(), "dag-test-"));
  const events = path.join(dir, "events");
  const reporter = ["--test-reporter=./scripts/test-reporter.mjs", `--test-reporter-destination=${events}`];
  const child = spawn(process.execPath, [...reporter, file], {
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const closed = once(child, "exit");
  const endGroup = (): void => kill(child.pid);
  options.signal.addEventListener("abort", endGroup, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup();
  }, options.timeoutMs);

  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  options.signal.removeEventListener("abort", endGroup);
  endGroup();
  const results = parseEvents(read(events));
  rmSync(dir, { recursive: true, force: true });
  const ended = late ? `did not end within ${options.timeoutMs / 1000} s` : `ended with ${signal ?? code}`;
  const fault = findFault(results, code, ended);
  const ms = performance.now() - began;
  return {
    file,
    results: fault === undefined ? results : [...results, fault],
    ms,
    output: Buffer.concat(output).toString("utf8"),
  };
}

/** Returns the fault of a file that no test of it reports. */
function findFault(results: readonly TestResult[], code: number | null, ended: string): TestResult | undefined {
  const failed = results.some(({ outcome }) => outcome === "failed");
  if (code !== 0 && !(failed && code === 1)) return { name: "(the file)", outcome: "failed", text: ended };
  if (results.length === 0) return { name: "(the file)", outcome: "failed", text: "has no tests" };
  return undefined;
}

interface Event {
  readonly outcome: "passed" | "failed";
  readonly name: string;
  readonly kind: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly failureType?: string;
  readonly text?: string;
}

function parseEvents(text: string): TestResult[] {
  const lines = text.split("\n").filter((line) => line.endsWith("}"));
  return lines.map((line) => JSON.parse(line) as Event).flatMap(toResult);
}

function toResult(event: Event): TestResult[] {
  const { name, outcome, kind, skip, todo, failureType, text = "" } = event;
  if (isSet(skip)) return [{ name, outcome: "skipped", text: reasonOf(skip) }];
  if (isSet(todo)) return [{ name, outcome: "skipped", text: `todo: ${reasonOf(todo)}` }];
  const isEcho = failureType === "subtestsFailed";
  // A suite counts only if it fails itself, for example in a hook.
  if (kind === "suite" && (outcome === "passed" || isEcho)) return [];
  return [{ name, outcome, text: isEcho ? "" : text }];
}

function isSet(mark: string | boolean | undefined): mark is string | true {
  return mark !== undefined && mark !== false;
}

function reasonOf(mark: string | true): string {
  return mark === true || mark === "" ? "no reason given" : mark;
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // No process of the group is left.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
