import assert from "node:assert/strict";
import { test } from "node:test";
import { createExposition } from "./exposition.ts";
import type { MetricFamily } from "./metric-families.ts";

test("a quote, a backslash and a line break in a name are escaped", async () => {
  const { body } = await createExposition([family("a", 'a"b\\c\nd')])();
  assert.match(body.toString(), /^a\{container="a\\"b\\\\c\\nd"\} 1$/m);
});

test("a scrape lets other work run after each family", async () => {
  const scrape = createExposition(["a", "b", "c"].map((name) => family(name, "app")));
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  await scrape();
  isOver = true;
  assert.ok(turns > 3, `${turns} turns`);
});

function family(name: string, container: string): MetricFamily {
  const samples = () => [{ labels: { container }, value: 1 }];
  return { name, help: "Help.", type: "gauge", labels: ["container"], samples };
}
