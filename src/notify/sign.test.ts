import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sign } from "./create-notifier.ts";

const NOW_MS = Date.UTC(2026, 5, 1, 12);

type IsGenuine = (header: string, body: string, secret: string, now: number) => boolean;

/** The check that the documentation recommends to receivers. */
async function documentedCheck(): Promise<IsGenuine> {
  const documentation = readFileSync(new URL("../../docs/notifications.md", import.meta.url), "utf8");
  const [, code = ""] = /```js\n(.*?)```/s.exec(documentation) ?? [];
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { isGenuine: IsGenuine };
  return module.isGenuine;
}

const header = sign("s3cret", '{"ü": 1}', NOW_MS);

const checks: readonly [rule: string, header: string, body: string, secret: string, nowMs: number, genuine: boolean][] =
  [
    ["a message as it was sent is genuine", header, '{"ü": 1}', "s3cret", NOW_MS + 1_000, true],
    ["another body is not", header, '{"ü": 2}', "s3cret", NOW_MS, false],
    ["another secret is not", header, '{"ü": 1}', "other", NOW_MS, false],
    ["another moment is not", header.replace(/t=\d+/, `t=${NOW_MS / 1000 + 1}`), '{"ü": 1}', "s3cret", NOW_MS, false],
    ["an old one is not", header, '{"ü": 1}', "s3cret", NOW_MS + 301_000, false],
    ["none is not", "", '{"ü": 1}', "s3cret", NOW_MS, false],
  ];
for (const [rule, given, body, secret, nowMs, genuine] of checks) {
  test(`by the documented check ${rule}`, async () => {
    const isGenuine = await documentedCheck();
    assert.equal(isGenuine(given, body, secret, nowMs), genuine);
  });
}
