#!/usr/bin/env node
import { giveMemoryBackWhenIdle } from "./give-memory-back.ts";
import { beginLeanStart, collectGarbage } from "./lean-start.ts";

/**
 * The entry point: the only file that uses the arguments, environment, streams, signals and exit code of the process.
 */
const endLeanStart = beginLeanStart([...process.execArgv, process.env["NODE_OPTIONS"] ?? ""]);
const { run } = await import("./cli/run.ts");
// The reader of a pipe may close it early (`dag schema | head -1`), which is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
const code = await run(process.argv.slice(2), {
  env: process.env,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
  onSignal: (signal, listener) => void process.on(signal, listener),
  onFault: (listener) => void process.on("uncaughtException", listener), // unhandled rejections end there as well
  started() {
    endLeanStart();
    giveMemoryBackWhenIdle(collectGarbage);
  },
});
process.exitCode = code;
// Do not wait longer for what is still open, such as spans to an unreachable collector.
setTimeout(() => process.exit(), 1_000).unref();
