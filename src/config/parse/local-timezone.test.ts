import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { localTimezone } from "./local-timezone.ts";

const cases: readonly [string | undefined, string][] = [
  ["Europe/Rome", "Europe/Rome"],
  ["Etc/Unknown", "UTC"],
  ["", "UTC"],
];
for (const [systemTimezone, zone] of cases) {
  test(`a machine that says ${JSON.stringify(systemTimezone)} runs by ${zone}`, () => {
    assert.equal(localTimezone(systemTimezone), zone);
  });
}

for (const [TZ, zone] of [
  ["", "UTC"],
  ["nonsense", "UTC"],
  ["Asia/Tokyo", "Asia/Tokyo"],
] as const) {
  test(`with TZ=${JSON.stringify(TZ)} schedules run by ${zone}`, () => {
    const url = new URL("local-timezone.ts", import.meta.url).href;
    const script = `import { localTimezone } from ${JSON.stringify(url)}; process.stdout.write(localTimezone());`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      env: { TZ },
      encoding: "utf8",
    });
    assert.equal(printed, zone);
  });
}
