import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { skipOrFail } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";

const APP = `require("node:http").createServer((_, res) => res.end("here")).listen(process.env.PORT, "127.0.0.1")`;

describe("the state file", () => {
  void it("is written again once a full disk has room, and no request is refused meanwhile", async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const stateFile = path.join(disk, "state.json");
    fill(path.join(disk, "ballast"));
    const gateway = await startWithState(t, stateFile);
    assert.equal((await gateway.request({ host: "app.test" })).text, "here");
    await gateway.waitForLog((line) => /state file could not be written/u.test(JSON.stringify(line)));
    assert.equal((await gateway.request({ host: "app.test" })).text, "here");

    rmSync(path.join(disk, "ballast"));
    await waitUntil(() => readFileSync(stateFile, "utf8").includes('"app"'), 15_000, "the state file");
  });

  void it("that is damaged is set aside with a warning, and the gateway starts", async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), "dag-state-"));
    cleanup(t, () => rmSync(folder, { recursive: true, force: true }));
    const stateFile = path.join(folder, "state.json");
    writeFileSync(stateFile, '{"version":1,"workloads":{"app":{"fail');
    const gateway = await startWithState(t, stateFile);
    assert.equal((await gateway.request({ host: "app.test" })).text, "here");
    await gateway.waitForLog((line) => /damaged.*set aside/u.test(JSON.stringify(line)));
    assert.match(readFileSync(`${stateFile}.damaged`, "utf8"), /fail$/u);
  });

  for (const [what, make] of [
    ["is a folder", (file: string) => mkdirSync(file)],
    ["is a pipe", (file: string) => execFileSync("mkfifo", [file])],
    ["cannot be read", (file: string) => symlinkSync(file, file)],
    ["is in a folder that is none", (file: string) => writeFileSync(path.dirname(file), "")],
  ] as const) {
    void it(`that ${what} costs one warning, and the gateway serves`, async (t) => {
      const folder = mkdtempSync(path.join(tmpdir(), "dag-state-"));
      cleanup(t, () => rmSync(folder, { recursive: true, force: true }));
      const stateFile = path.join(folder, what === "is in a folder that is none" ? "file/state.json" : "state.json");
      make(stateFile);
      await servesWithOneWarning(t, stateFile);
    });
  }

  void it("that is damaged on a read-only file system costs one warning, and the gateway serves", async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    writeFileSync(path.join(disk, "state.json"), "{");
    execFileSync("mount", ["-o", "remount,ro", disk]);
    await servesWithOneWarning(t, path.join(disk, "state.json"));
  });

  void it("that cannot be written is logged once, not at each save", async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    execFileSync("mount", ["-o", "remount,ro", disk]);
    await servesWithOneWarning(t, path.join(disk, "state.json"));
  });
});

/** Serves, must save more than once, and reports its state file once. */
async function servesWithOneWarning(t: TestContext, stateFile: string): Promise<void> {
  const gateway = await startWithState(t, stateFile);
  const logged = (): readonly object[] => gateway.log.filter((line) => /state[ ._]file/u.test(JSON.stringify(line)));
  assert.equal((await gateway.request({ host: "app.test" })).text, "here");
  await waitUntil(() => logged().length > 0);
  const stop = await gateway.request({ method: "POST", path: "/_status/stop?container=app" });
  assert.equal(stop.status, 202);
  await gateway.waitForLog((line) => line["event"] === "stopped");
  assert.equal(await gateway.stop(), 0); // saves once more
  assert.deepEqual(
    logged().map((line) => Reflect.get(line, "level")),
    ["warn"],
  );
}

async function startWithState(t: TestContext, stateFile: string): Promise<Gateway> {
  const port = await freePort();
  const command = [process.execPath, "-e", APP];
  const app = {
    name: "app",
    host: "app.test",
    idle_timeout: "10m",
    process: { command, env: { PORT: String(port) }, port },
  };
  return startGateway(t, { config: { gateway: { state_file: stateFile }, containers: [app] } });
}

/** A file system of 64 KiB; `undefined` where none may be mounted. */
function smallDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), "dag-disk-"));
  cleanup(t, () => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    skipOrFail(t, `no file system can be mounted: ${String(error)}`);
    return undefined;
  }
  cleanup(t, () => void execFileSync("umount", [folder]));
  return folder;
}

function fill(file: string): void {
  try {
    writeFileSync(file, Buffer.alloc(1024 * 1024));
  } catch (error) {
    assert.match(String(error), /ENOSPC/u);
  }
}
