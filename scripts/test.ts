/**
 * `npm test [-- WORD …]`: runs all tests that this machine can run, or those of a group (unit, integration, fuzz, e2e)
 * or with a WORD in their path. Prints what it skipped and why, and a line of totals. With CI=true nothing may be
 * skipped.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { isCi } from "../test/support/tools.ts";
import { DOCKER_LANES, findTestGroups, type TestGroup } from "./test-files.ts";
import { prepareMachine, type Machine } from "./test-machine.ts";
import { untilSpareCpu } from "./spare-cpu.ts";
import { count, countExcused, reportFile, reportSkips, say, seconds } from "./test-report.ts";
import { runTestFile, type FileResult } from "./test-run-file.ts";

const began = performance.now();
const logDir = mkdtempSync(path.join(tmpdir(), "dag-test-log-"));
const logFile = path.join(logDir, "test.log");
// Hundreds of processes load the same sources, so they share a compile cache, which halves the time of a start.
const compiled = path.join(logDir, "compiled");
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort(signal));

const groups = findTestGroups(process.argv.slice(2));
const withDocker = groups.flatMap(({ files }) => files.filter((file) => /^test\/(contract|e2e)\//.test(file)));
const machine = await prepareMachine(Math.min(DOCKER_LANES, withDocker.length));
const results: FileResult[] = [];
try {
  for (const reason of machine.missing) say(`missing: ${reason}`);
  for (const group of groups) await runGroup(group, machine);
} finally {
  await machine.close();
  rmSync(path.join(logDir, "compiled"), { recursive: true, force: true });
}
process.exitCode = conclude();

async function runGroup(group: TestGroup, { envs }: Machine): Promise<void> {
  const queue = [...group.files];
  const isOver = (): boolean => queue.length === 0 || stop.signal.aborted;
  const worker = async (lane: number): Promise<void> => {
    const isSpare = lane >= group.concurrency - group.spare;
    const options = {
      env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...envs[lane % envs.length] },
      timeoutMs: group.timeoutMs,
      signal: stop.signal,
    };
    while (!isOver()) {
      if (isSpare) await untilSpareCpu(isOver);
      const file = isOver() ? undefined : queue.shift();
      if (file === undefined) return;
      const result = await runTestFile(file, options);
      results.push(result);
      reportFile(result, logFile);
    }
  };
  await Promise.all(Array.from({ length: group.concurrency }, (_, lane) => worker(lane)));
}

/** Prints the totals and returns the exit code. */
function conclude(): number {
  const { passed, failed, skipped } = count(results);
  // In CI a missing tool is a failure even if no test needs it.
  const absent = isCi() ? machine.missing.length : 0;
  const faults = [
    stop.signal.aborted ? `interrupted by ${String(stop.signal.reason)}` : "",
    passed + failed + skipped === 0 ? "no test ran" : "",
    isCi() && skipped > countExcused(results) ? "CI may skip nothing" : "",
    absent > 0 ? `CI needs everything: ${machine.missing.join("; ")}` : "",
  ].filter(Boolean);
  say("");
  reportSkips(results);
  for (const { file } of results.filter((result) => count([result]).failed > 0)) say(`failed: ${file}`);
  for (const fault of faults) say(`FAULT: ${fault}`);
  say(`${results.length} files in ${seconds(performance.now() - began)}; full log: ${logFile}`);
  say(`${passed} passed, ${failed + absent} failed, ${skipped} skipped`);
  return failed + faults.length > 0 ? 1 : 0;
}
