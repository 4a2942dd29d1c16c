import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { createProcessEngine } from "../../src/engines/process/create-process-engine.ts";
import { cleanup } from "../support/cleanup.ts";
import { freePort } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

const app = path.join(import.meta.dirname, "../support/images/app.mjs");
const sleeper = "sleep 1000 & sleep 1000 & wait";
const stubborn = `trap "" TERM HUP INT; while :; do sleep 0.1; done`;

describe(
  "no process survives its gateway",
  { skip: process.platform !== "linux" && "it is looked for in /proc" },
  () => {
    const ends: [rule: string, script: string, plan: object, kill: NodeJS.Signals | undefined][] = [
      ["killed", sleeper, {}, "SIGKILL"],
      ["killed while the process is paused", sleeper, { pause: true }, "SIGKILL"],
      ["killed while the process ignores signals", stubborn, {}, "SIGKILL"],
      ["killed while a part of it is a daemon", `setsid sh -c '${sleeper}' & sleep 1000`, {}, "SIGKILL"],
      ["terminated without a chance to tidy up", sleeper, {}, "SIGTERM"],
      ["at an end by itself, without closing the engine", sleeper, { ending: "exit" }, undefined],
      ["at an end after closing the engine", sleeper, { ending: "close" }, undefined],
    ];
    for (const [rule, script, plan, signal] of ends) {
      test(`a gateway ${rule}`, async (t) => {
        const mark = newMark(t);
        const settings = [1, 2].map((port) => ({ command: ["sh", "-c", script], cwd: "", env: { MARK: mark }, port }));
        const gateway = launch(t, { settings, ...plan });
        await heard(gateway, "started");
        if (signal !== undefined) {
          await waitUntil(() => marked(mark).length >= 2, 5_000, "both");
          gateway.kill(signal);
        }
        await waitUntil(() => marked(mark).length === 0, 5_000, "their end");
      });
    }

    test("a gateway killed at any moment of a start", async (t) => {
      for (let ms = 0; ms < 24; ms += 2) {
        const mark = newMark(t);
        const settings = Array.from({ length: 6 }, () => ({
          command: ["sleep", "1000"],
          cwd: "",
          env: { MARK: mark },
          port: 1,
        }));
        const gateway = launch(t, { settings });
        await heard(gateway, "starting");
        await elapse(ms);
        gateway.kill("SIGKILL");
        await once(gateway, "exit");
        await waitUntil(() => marked(mark).length === 0, 5_000, `their end after ${ms} ms`);
      }
    });

    test("a gateway killed after its guard was killed", async (t) => {
      const mark = newMark(t);
      const settings = [{ command: ["sleep", "1000"], cwd: "", env: { MARK: mark }, port: 1 }];
      const gateway = launch(t, { settings });
      await heard(gateway, "started");
      const [guard] = guards(gateway);
      process.kill(guard!, "SIGKILL");
      await waitUntil(() => guards(gateway).some((pid) => pid !== guard), 5_000, "a new guard");
      // The gateway writes its input before it can answer.
      gateway.kill("SIGUSR2");
      await heard(gateway, "here");
      gateway.kill("SIGKILL");
      await waitUntil(() => marked(mark).length === 0, 5_000, "its end");
    });

    test("the next gateway gets the port at once", async (t) => {
      const port = await freePort();
      const settings = {
        command: [process.execPath, app],
        cwd: "",
        env: { STOP_DELAY_MS: "500", HOST: "127.0.0.1" },
        port,
      };
      const gateway = launch(t, { settings: [settings] });
      await waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
      gateway.kill("SIGKILL");
      const engine = createProcessEngine({ environment: process.env });
      cleanup(t, () => engine.close());
      const ref = { name: "app", targetPort: port, network: "", process: settings };
      await engine.start(ref);
      await waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
      assert.equal((await engine.observe(ref)).status, "running");
    });
  },
);

function launch(t: TestContext, plan: object): ChildProcess {
  const host = path.join(import.meta.dirname, "engine-process-host.ts");
  const child = spawn(process.execPath, [host, JSON.stringify(plan)], { stdio: ["ignore", "pipe", "inherit"] });
  cleanup(t, () => child.kill("SIGKILL"));
  return child;
}

async function heard(gateway: ChildProcess, word: string): Promise<void> {
  let text = "";
  gateway.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await waitUntil(() => text.includes(`${word}\n`), 5_000, word);
}

/** A text for the environment; what still has it at the end of a failed test is killed. */
function newMark(t: TestContext): string {
  const mark = randomUUID();
  cleanup(t, () => {
    for (const pid of marked(mark)) process.kill(pid, "SIGKILL");
  });
  return mark;
}

/** Processes that have this text in their environment. */
function marked(mark: string): number[] {
  return pids().filter((pid) => read(`/proc/${pid}/environ`).includes(mark));
}

/** The guards of this gateway. */
function guards(gateway: ChildProcess): number[] {
  return pids().filter((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return parent === gateway.pid && read(`/proc/${pid}/cmdline`).includes("dag-guard");
  });
}

function pids(): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
