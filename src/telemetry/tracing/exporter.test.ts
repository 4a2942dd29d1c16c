import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { reportingExporter } from "./exporter.ts";

const good: ExportResult = { code: ExportResultCode.SUCCESS };
const bad = (message: string, code?: string | number): ExportResult => {
  return {
    code: ExportResultCode.FAILED,
    error: Object.assign(new Error(message), code === undefined ? {} : { code }),
  };
};

/** Returns the reports for consecutive exports with these results. */
function reports(...results: readonly ExportResult[]): {
  readonly words: readonly string[];
  readonly failing: boolean;
} {
  const words: string[] = [];
  let next = 0;
  const exporter = reportingExporter(
    { export: (_spans, done) => done(results[next++] ?? good), shutdown: () => Promise.resolve() },
    (why) => words.push(why),
  );
  for (const result of results) exporter.export([], (seen) => assert.equal(seen, result));
  return { words, failing: exporter.failing() };
}

const cases: readonly [rule: string, results: readonly ExportResult[], words: readonly string[], failing: boolean][] = [
  ["nothing is reports while all goes well", [good, good], [], false],
  ["a row of failures is reports once", [bad("a"), bad("b"), bad("c")], ["a"], true],
  ["a new row of failures is reports again", [bad("a"), good, bad("b")], ["a", "b"], true],
  ["a status is reports with its words", [bad("Unauthorized", 401)], ["401 Unauthorized"], true],
  [
    "a code that the words contain is not repeated",
    [bad("connect ECONNREFUSED ::1", "ECONNREFUSED")],
    ["connect ECONNREFUSED ::1"],
    true,
  ],
  ["a code stands in for missing words", [bad("", "ECONNREFUSED")], ["ECONNREFUSED"], true],
  ["an end without a reason is reports as such", [{ code: ExportResultCode.FAILED }], ["no reason was given"], true],
];
for (const [rule, results, words, failing] of cases) {
  test(rule, () => assert.deepEqual(reports(...results), { words, failing }));
}
