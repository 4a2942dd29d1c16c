/** The rules of the wire, once more under the oldest Node that is supported, and the one between. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { toolOrSkip } from "../support/tools.ts";

const FILES = [
  "wire-requests.test.ts",
  "wire-pipelining.test.ts",
  "wire-answers.test.ts",
  "wire-drain.test.ts",
  "wire-resets.test.ts",
];

describe("bytes are read alike", { concurrency: true }, () => {
  for (const tool of ["node22", "node24"] as const) {
    void it(`by ${tool}`, async (t) => {
      const node = toolOrSkip(t, tool);
      if (node === undefined) return;
      const files = FILES.map((file) => path.join(import.meta.dirname, file));
      const flags = ["--experimental-strip-types", "--no-warnings", "--test", "--test-reporter=tap"];
      const env = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };
      const child = spawn(node, [...flags, ...files], { env, stdio: "pipe" });
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit") as Promise<[number]>]);
      assert.equal(code, 0, output.match(/^ *not ok .*/gmu)?.join("\n") ?? output);
      assert.ok(Number(/^# pass (\d+)$/mu.exec(output)?.[1]) > 100, "they have run");
    });
  }
});
