import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { STATUS_BY_CODE } from "../src/core/errors.ts";
import { VETO_REASONS } from "../src/core/events.ts";
import { WAKE_CAUSES } from "../src/core/wake-cause.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

/** Where names are declared or put into words; a name that stands nowhere else is never produced. */
const DECLARING = [
  "src/core/errors.ts",
  "src/core/events.ts",
  "src/core/notification.ts",
  "src/respond/problem.ts",
  "src/respond/messages/",
  "src/admin/pages/reason-text.ts",
];
const producing = globSync("src/**/*.ts", { cwd: root })
  .filter((file) => !file.endsWith(".test.ts") && !DECLARING.some((declaring) => file.startsWith(declaring)))
  .map(read);

test("every error code that is declared and documented is produced somewhere", () => {
  assert.deepEqual(neverProduced(Object.keys(STATUS_BY_CODE)), []);
});

test("every cause of a wake is documented, and produced somewhere", () => {
  const [, documented = ""] = /what caused the wake \(([^)]*)\)/.exec(read("docs/notifications.md")) ?? [];
  assert.deepEqual(namesIn(documented), [...WAKE_CAUSES]);
  const [, traced = ""] = /`gateway\.wake\.cause` \(([^)]*)\)/.exec(read("docs/tracing.md")) ?? [];
  assert.deepEqual(namesIn(traced), [...WAKE_CAUSES]);
  assert.deepEqual(neverProduced(WAKE_CAUSES), []);
});

test("every reason for which a stop is put off is documented, and produced somewhere", () => {
  const [, documented = ""] =
    /`gateway_stop_vetoes_total` has the `reason` ([^.]*)\./.exec(read("docs/metrics.md")) ?? [];
  assert.deepEqual(namesIn(documented).toSorted(), [...VETO_REASONS].toSorted());
  assert.deepEqual(neverProduced(VETO_REASONS), []);
});

function neverProduced(names: readonly string[]): string[] {
  return names.filter((name) => !producing.some((source) => source.includes(`"${name}"`)));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name);
}
