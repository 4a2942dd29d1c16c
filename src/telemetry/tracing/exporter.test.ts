import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { tellingExporter } from "./exporter.ts";

const good: ExportResult = { code: ExportResultCode.SUCCESS };
const bad = (message: string, code?: string | number): ExportResult => {
  return {
    code: ExportResultCode.FAILED,
    error: Object.assign(new Error(message), code === undefined ? {} : { code }),
  };
};

/** What is told while exports end like this, one after the other. */
function told(...results: readonly ExportResult[]): { readonly words: readonly string[]; readonly failing: boolean } {
  const words: string[] = [];
  let next = 0;
  const exporter = tellingExporter(
    { export: (_spans, done) => done(results[next++] ?? good), shutdown: () => Promise.resolve() },
    (why) => words.push(why),
  );
  for (const result of results) exporter.export([], (seen) => assert.equal(seen, result));
  return { words, failing: exporter.failing() };
}

const cases: readonly [rule: string, results: readonly ExportResult[], words: readonly string[], failing: boolean][] = [
  ["nothing is told while all goes well", [good, good], [], false],
  ["a row of failures is told once", [bad("a"), bad("b"), bad("c")], ["a"], true],
  ["a new row of failures is told again", [bad("a"), good, bad("b")], ["a", "b"], true],
  ["a status is told with its words", [bad("Unauthorized", 401)], ["401 Unauthorized"], true],
  [
    "a code that the words contain is not repeated",
    [bad("connect ECONNREFUSED ::1", "ECONNREFUSED")],
    ["connect ECONNREFUSED ::1"],
    true,
  ],
  ["a code stands in for missing words", [bad("", "ECONNREFUSED")], ["ECONNREFUSED"], true],
  ["an end without a reason is told as such", [{ code: ExportResultCode.FAILED }], ["no reason was given"], true],
];
for (const [rule, results, words, failing] of cases) {
  test(rule, () => assert.deepEqual(told(...results), { words, failing }));
}
