import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { WorkloadRef } from "../../src/lifecycle/ports.ts";
import { waitUntil } from "../support/wait-until.ts";
import { type Subject, untilEnded } from "./engine-subject.ts";

type Rule = (subject: Subject, t: TestContext) => Promise<void>;

/** The part of the contract that is about output. */
export const engineLogRules: Record<string, Rule> = {
  "the last lines of both outputs come oldest first": async (subject) => {
    const { engine, create } = subject;
    const ref = await create({ kind: "shell", script: "for i in 1 2 3 4; do echo $i; sleep 0.02; done; echo 5 >&2" });
    await runToEnd(subject, ref);
    assert.deepEqual(await engine.logs(ref, 3), ["3", "4", "5"]);
    assert.deepEqual(await engine.logs(ref, 100), ["1", "2", "3", "4", "5"]);
    assert.deepEqual(await engine.logs(ref, 0), []);
  },

  "escape sequences and control characters are taken out": async (subject) => {
    const { engine, create } = subject;
    const ref = await create({
      kind: "shell",
      script: String.raw`printf '\033[31mred\033[0m \007bell\r\n\033]0;title\007text\nשלום \342\200\256abc\n'`,
    });
    await runToEnd(subject, ref);
    assert.deepEqual(await engine.logs(ref, 10), ["red bell", "text", "שלום abc"]);
  },

  "only the lines of the current run are shown, and after its end those of the last": async ({ engine, create }) => {
    const ref = await create({ kind: "shell", script: "trap 'echo bye; exit' TERM; echo $$; sleep 100 & wait" });
    await engine.start(ref);
    await waitUntil(async () => (await engine.logs(ref, 10)).length === 1);
    await engine.stop(ref, { method: "stop", timeoutMs: 5_000, signal: "" });
    await waitUntil(async () => (await engine.logs(ref, 10)).includes("bye"));
    assert.equal((await engine.logs(ref, 10)).length, 2);
    await engine.start(ref);
    await waitUntil(async () => (await engine.logs(ref, 10)).length > 0);
    assert.deepEqual((await engine.logs(ref, 10)).length, 1);
  },

  "a mebibyte without a line end is one short line": async (subject) => {
    const { engine, create } = subject;
    const script = "head -c 1048576 /dev/zero | tr '\\0' x; echo; echo end";
    const ref = await create({ kind: "shell", script });
    await runToEnd(subject, ref);
    const lines = await engine.logs(ref, 500);
    assert.equal(lines.at(-1), "end");
    assert.ok(lines.length <= 2, `${lines.length} lines`);
    assert.ok(lines.every((line) => line.length <= 2_000));
  },

  "bytes that are no text do no harm": async (subject) => {
    const { engine, create } = subject;
    const ref = await create({ kind: "shell", script: "head -c 100000 /dev/urandom; echo; echo end" });
    await runToEnd(subject, ref);
    const lines = await engine.logs(ref, 100);
    assert.equal(lines.at(-1), "end");
    for (const line of lines) assert.doesNotMatch(line, /[^\P{Cc}\t]|\p{Bidi_Control}/u);
  },
};

async function runToEnd(subject: Subject, ref: WorkloadRef): Promise<void> {
  await subject.engine.start(ref);
  await untilEnded(subject, ref);
}
