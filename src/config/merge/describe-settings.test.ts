import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, item, merge, workload } from "../../../test/support/merge-fixtures.ts";
import { describeWorkload } from "./describe-settings.ts";

test("each setting has its value and its origin", () => {
  const result = merge(
    "gateway: {hold_timeout: 5s}\ncontainers:\n  - name: z\n    host: z.test\n    idle_timeout: 1h30m\n",
    [item("a", { "dag.host": "a.test", "dag.ignore.preset": "crawlers" })],
  );
  const ofZ = new Map(describeWorkload(workload(result, "z"), result.provenance).map((row) => [row.key, row]));
  assert.deepEqual(ofZ.get("idle_timeout"), { key: "idle_timeout", value: "1h30m", source: "config.yaml line 5" });
  assert.deepEqual(ofZ.get("start_timeout"), { key: "start_timeout", value: "1m", source: "default" });
  assert.equal(ofZ.get("hold_timeout")?.value, "5s");
  const ofA = describeWorkload(workload(result, "a"), result.provenance);
  assert.deepEqual(ofA.find(({ key }) => key === "ignore")?.source, "label dag.ignore.preset");
});

test("descriptions never hold a secret", () => {
  const secret = "hunter2";
  const text = `
containers: [{name: p, host: p.test, process: {command: [run, ${secret}], port: 1, env: {KEY: ${secret}}}}]`;
  const rows = describeWorkload(workload(merge(text, []), "p"), configOf(text).provenance);
  assert.ok(!JSON.stringify(rows).includes(secret));
  assert.equal(rows.find(({ key }) => key === "process")?.value, "run on port 1");
});
