import assert from "node:assert/strict";
import { test } from "node:test";
import { readPromql } from "./promql.ts";

const cases: readonly [expression: string, selectors: readonly string[], labels: readonly string[]][] = [
  ["up", ["up"], []],
  ['up{job="gateway"} == 0', ['up job="gateway"'], []],
  ["sum by (container, le) (rate(a_bucket[5m]))", ["a_bucket"], ["container", "le"]],
  ["sum(rate(a_total[1h])) by (code)", ["a_total"], ["code"]],
  ['a{x=~"b|c",y!="}"} / on (x) group_left (z) b > 1e3', ['a x=~"b|c" y!="}"', "b"], ["x", "z"]],
  ["a and on () b unless c offset 5m", ["a", "b", "c"], []],
  ["histogram_quantile(0.95, a) > 2 * time()", ["a"], []],
  ['label_replace(a, "to", "$1", "from", "(.*)")', ["a"], []],
];
for (const [expression, selectors, labels] of cases) {
  test(`the metrics and labels in ${expression}`, () => {
    const asked = readPromql(expression);
    const written = asked.selectors.map(({ metric, matchers }) =>
      [metric, ...matchers.map(({ label, operator, value }) => `${label}${operator}"${value}"`)].join(" "),
    );
    assert.deepEqual({ selectors: written, labels: asked.labels }, { selectors, labels });
  });
}
