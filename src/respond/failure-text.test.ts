import assert from "node:assert/strict";
import { test } from "node:test";
import { type FailureCause, failureText as inEnglish } from "../core/failure.ts";
import { failureText } from "./failure-text.ts";
import { createTranslate, type Language, LANGUAGES } from "./language.ts";

const silent = { code: "silent", path: "", ports: [80], seconds: 60, lastAnswer: undefined, exposed: [] } as const;
const db = { code: "exited", exitCode: 3, restarts: false, output: "no disk" } as const;
const CAUSES: readonly FailureCause[] = [
  { code: "oom" },
  { code: "internal" },
  { code: "removed" },
  { code: "paused" },
  { code: "stopped" },
  { code: "exited", exitCode: 3, restarts: true, output: "OUTPUT" },
  { code: "exited", restarts: false, output: "" },
  { code: "absent", name: "app" },
  { ...silent, lastAnswer: "/up: 302", exposed: [8080] },
  { ...silent, path: "/up" },
  { code: "late", seconds: 60 },
  { code: "unfinished", seconds: 60 },
  { code: "not-ready", seconds: 60, message: "no node has room: 0/1 nodes are available" },
  { code: "check", output: "OUTPUT" },
  { code: "check", seconds: 60, output: "" },
  { code: "tls", port: 8443 },
  { code: "refused", message: "OUTPUT" },
  { code: "unreachable", message: "OUTPUT" },
  { code: "network", message: "OUTPUT" },
  { code: "needs", name: "db", cause: db },
  { code: "needs-stopped", name: "db" },
  { code: "needs-suspended", name: "db" },
  { code: "needs-stuck", name: "db", condition: "healthy" },
];

for (const language of Object.keys(LANGUAGES) as Language[]) {
  test(`every failure has a sentence in ${language}, and none is repeated below it`, () => {
    const t = createTranslate(language);
    for (const cause of CAUSES) {
      const { sentence, words } = failureText(t, cause);
      assert.doesNotMatch(`${sentence} ${words}`, /\{\w+\}|undefined/u);
      const parts = [sentence, ...words.split(". ")].map((part) => part.replace(/\.$/u, ""));
      assert.equal(new Set(parts).size, parts.length, words);
    }
  });
}

for (const [cause, expected] of [
  [silent, "no answer on port 80 within 60 s (start_timeout)"],
  [
    { ...silent, path: "/up", lastAnswer: "/up: 500", exposed: [81, 82] },
    "no answer with 2xx on /up within 60 s (start_timeout); last answer: /up: 500; its image exposes 81, 82: set target_port",
  ],
  [{ code: "needs", name: "db", cause: db }, 'dependency "db" failed: ended while starting with exit code 3: no disk'],
  [{ code: "needs-stuck", name: "db", condition: "healthy" }, 'dependency "db" is running but did not become healthy'],
  [
    { code: "needs-stuck", name: "migrate", condition: "completed" },
    'dependency "migrate" is running but did not complete',
  ],
] as const) {
  test(`programs read: ${expected}`, () => assert.equal(inEnglish(cause), expected));
}

test("a page gives each fact of a failure once", () => {
  assert.deepEqual(failureText(createTranslate("de"), { ...silent, lastAnswer: "connection refused" }), {
    sentence: "Sie wurde gestartet, hat aber auf Port 80 nicht innerhalb von 60 s geantwortet.",
    words: "Letzte Antwort: connection refused.",
  });
});
