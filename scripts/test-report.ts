import { appendFileSync } from "node:fs";

import { excuse } from "../test/support/tools.ts";
import type { FileResult, TestResult } from "./test-run-file.ts";

/** The number of tests by result. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Prints a line for a file, with the failures and the end of the output if it failed. Writes everything to the log. */
export function reportFile(result: FileResult, logFile: string): void {
  const { passed, failed, skipped } = count([result]);
  const counts = [`${passed} passed`, failed > 0 ? `${failed} FAILED` : "", skipped > 0 ? `${skipped} skipped` : ""];
  const head = `${failed > 0 ? "✗" : "✓"} ${result.file}  ${counts.filter(Boolean).join(", ")}  ${seconds(result.ms)}`;
  say(head);
  const failures = result.results.filter(({ outcome }) => outcome === "failed");
  for (const { name, text } of failures) say(indent(`✗ ${name}\n${indent(text, 2)}`, 2));
  const output = result.output.trimEnd();
  if (failed > 0 && output !== "")
    say(indent(`its output${output.length > 4000 ? " (the end of it)" : ""}:\n${output.slice(-4000)}`, 2));
  const lines = result.results.map(
    ({ name, outcome, text }) => `${outcome}: ${name}${text === "" ? "" : `\n${indent(text, 4)}`}`,
  );
  appendFileSync(logFile, `== ${head}\n${lines.join("\n")}\n-- output\n${output}\n\n`);
}

/** Prints what was skipped, one line for each reason. */
export function reportSkips(results: readonly FileResult[]): void {
  const byReason = new Map<string, number>();
  for (const { text } of all(results).filter(({ outcome }) => outcome === "skipped")) {
    byReason.set(text, (byReason.get(text) ?? 0) + 1);
  }
  for (const [reason, number] of byReason) say(`skipped ${number}: ${reason}`);
}

/** Counts the tests of some files. */
export function count(results: readonly FileResult[]): Totals {
  const of = (wanted: TestResult["outcome"]): number => all(results).filter(({ outcome }) => outcome === wanted).length;
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/** Counts the skipped tests of some files that CI permits to skip. */
export function countExcused(results: readonly FileResult[]): number {
  return all(results).filter(({ outcome, text }) => outcome === "skipped" && text.startsWith(excuse)).length;
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Formats milliseconds in seconds. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function all(results: readonly FileResult[]): readonly TestResult[] {
  return results.flatMap((each) => each.results);
}

function indent(text: string, by: number): string {
  return text.replaceAll(/^/gm, " ".repeat(by));
}
