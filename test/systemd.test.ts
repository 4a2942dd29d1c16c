import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { cleanup } from "./support/cleanup.ts";
import { run } from "./support/run.ts";
import { toolOrSkip } from "./support/tools.ts";

const unit = readFileSync(path.resolve(import.meta.dirname, "../examples/systemd/dag.service"), "utf8");

test("the unit of examples/systemd is understood by systemd to the last line, and gives little away", async (t) => {
  const systemd = toolOrSkip(t, "systemdAnalyze");
  if (systemd === undefined) return;
  const dir = mkdtempSync(path.join(tmpdir(), "dag-unit-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, "dag.service");
  // Neither the program nor its manual is installed here.
  writeFileSync(file, unit.replace("/usr/local/bin/dag serve", process.execPath).replace(/^Documentation=.*$/m, ""));
  assert.deepEqual(await run(systemd, ["verify", "--man=no", file]), { code: 0, output: "" });
  // Of 100; a service without such settings has 96.
  const { code, output } = await run(systemd, ["security", "--offline=true", "--threshold=25", "--no-pager", file]);
  assert.equal(code, 0, output);
});
