import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { createProcessEngine } from "../../src/engines/process/create-process-engine.ts";
import type { Engine, WorkloadRef } from "../../src/lifecycle/ports.ts";
import { cleanup } from "../support/cleanup.ts";
import { uniqueName } from "../support/docker.ts";
import { freePort } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";

const gently = { method: "stop", timeoutMs: 3_000, signal: "" } as const;

describe("the process engine", () => {
  test("a port in use is reported; the other program does not count as the app", async (t) => {
    const engine = open(t);
    const port = await freePort();
    const stranger = createServer().listen(port, "127.0.0.1");
    await once(stranger, "listening");
    cleanup(t, () => stranger.close());
    const ref = describeProcess(["sleep", "100"], { port });
    await assert.rejects(engine.start(ref), { code: "refused", message: new RegExp(`Port ${port} .*taken`) });
    assert.equal((await engine.observe(ref)).status, "stopped");
  });

  test("a program that cannot be started is refused with a sentence", async (t) => {
    const engine = open(t);
    for (const [command, cwd, says] of [
      [["/no/such/program"], "", /does not exist or cannot be executed/],
      [["sh"], "/no/such/directory", /process\.cwd/],
    ] as const) {
      const ref = describeProcess([...command], { cwd });
      await assert.rejects(engine.start(ref), { name: "EngineError", code: "refused", message: says });
    }
  });

  test("arguments arrive as they are, whatever a shell would make of them", async (t) => {
    const engine = open(t);
    const args = ["$HOME", "a  b", "'", '"', "`id`", "; exit 3", "-n", "*", "\\n"];
    const ref = describeProcess([process.execPath, "-p", "JSON.stringify(process.argv.slice(1))", "--", ...args]);
    await engine.start(ref);
    await waitUntil(async () => (await engine.observe(ref)).status === "stopped");
    assert.deepEqual(JSON.parse((await engine.logs(ref, 1))[0] ?? ""), args);
  });

  test("it runs in its directory with its port and variables, and no more of ours than it needs", async (t) => {
    const engine = createProcessEngine({ environment: { ...process.env, SECRET: "x" } });
    cleanup(t, () => engine.close());
    const ref = describeProcess(["sh", "-c", 'echo "$PWD $PORT $MODE [$SECRET]"'], {
      cwd: "/usr",
      env: { MODE: "m" },
      port: 4321,
    });
    await engine.start(ref);
    await waitUntil(async () => (await engine.observe(ref)).status === "stopped");
    assert.deepEqual(await engine.logs(ref, 1), ["/usr 4321 m []"]);
  });

  test("the whole group has its time at a stop, not only the first process", async (t) => {
    const engine = open(t);
    const inner = "trap 'sleep 0.3; echo tidy; exit' TERM; echo up; while :; do sleep 0.02; done";
    const ref = describeProcess(["sh", "-c", `sh -c "$INNER" & wait`], { env: { INNER: inner } });
    await engine.start(ref);
    await waitUntil(async () => (await engine.logs(ref, 1)).includes("up"));
    await engine.stop(ref, gently);
    assert.deepEqual(await engine.logs(ref, 1), ["tidy"]);
  });

  test("processes that a program leaves behind when it ends by itself are ended too", async (t) => {
    const engine = open(t);
    const port = await freePort();
    const listener = `require("net").createServer().listen(${port}, "127.0.0.1")`;
    const ref = describeProcess(["sh", "-c", `setsid "$NODE" -e '${listener}' & sleep 0.5`], {
      env: { NODE: process.execPath },
    });
    await engine.start(ref);
    await waitUntil(async () => (await engine.observe(ref)).status === "stopped");
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
  });

  test("an end by a signal is reported", async (t) => {
    const engine = open(t);
    const ref = describeProcess(["sh", "-c", "kill -SEGV $$"]);
    await engine.start(ref);
    await waitUntil(async () => (await engine.observe(ref)).status === "stopped");
    const { exit } = await engine.observe(ref);
    assert.equal(exit?.code, 139);
    assert.equal(exit.message, "ended by SIGSEGV");
  });

  test("a signal that does not exist is refused, and the program continues", async (t) => {
    const engine = open(t);
    const ref = describeProcess(["sleep", "100"]);
    await engine.start(ref);
    await assert.rejects(engine.stop(ref, { ...gently, signal: "SIGNONE" }), { code: "refused" });
    assert.equal((await engine.observe(ref)).status, "running");
  });

  test("a stop that follows a start at once waits for it, and the other way round", async (t) => {
    const engine = open(t);
    const ref = describeProcess(["sleep", "100"]);
    await Promise.all([engine.start(ref), engine.stop(ref, gently), engine.start(ref)]);
    assert.equal((await engine.observe(ref)).status, "running");
  });
});

function open(t: TestContext): Engine {
  const engine = createProcessEngine({ environment: process.env });
  cleanup(t, () => engine.close());
  return engine;
}

function describeProcess(
  command: string[],
  more: { cwd?: string; env?: Record<string, string>; port?: number } = {},
): WorkloadRef {
  const settings = { command, cwd: "", env: {}, port: 1, ...more };
  return { name: uniqueName("app"), targetPort: settings.port, network: "", process: settings };
}
