import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import type { FileConfig } from "../config/parse/load-config.ts";
import { loadConfig } from "../config/parse/load-config.ts";
import { demoBanner, demoConfig, findDemoPorts } from "./demo.ts";

test("the demo's configuration has no fault, needs no Docker and remembers nothing", async () => {
  const appPorts = await findDemoPorts();
  const config = load(demoConfig({ port: 8080, appPorts, node: '/opt/a node: "1"/bin/node' }));
  assert.equal(config.gateway.stateFile, "");
  const processes = config.containers.map(({ process: settings }) => settings);
  assert.deepEqual(
    processes.map((settings) => settings?.port),
    appPorts,
  );
  for (const settings of processes) assert.equal(settings?.command?.[0], '/opt/a node: "1"/bin/node');
});

test("its apps start, answer browsers and programs, and end with it", async (t) => {
  const config = load(demoConfig({ port: 8080, appPorts: await findDemoPorts(), node: process.execPath }));
  for (const { name, process: settings } of config.containers) {
    const [program = "", ...args] = settings?.command ?? [];
    const app = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => app.kill("SIGKILL"));
    await heard(app.stdout, `${name} listens`);
    const url = `http://127.0.0.1:${settings?.port}/`;
    assert.match(await (await fetch(url)).text(), new RegExp(`^${name} is awake`));
    assert.match(await (await fetch(url, { method: "POST", body: "kept" })).text(), /: kept\n$/);
    const page = await (await fetch(url, { headers: { accept: "text/html" } })).text();
    assert.match(page, /<h1>/);
    assert.doesNotMatch(page, /(?:src|href)="?https?:/, "a page that loads nothing from elsewhere");
    app.kill("SIGTERM");
    assert.deepEqual(await once(app, "exit"), [0, null]);
  }
});

test("the banner names the addresses with the port", () => {
  for (const host of ["hello", "slow"]) assert.ok(demoBanner(9999).includes(`http://${host}.localhost:9999`));
});

function load(text: string): FileConfig {
  const loaded = loadConfig({ text, file: "demo", env: {}, readSecret: () => "", nowMs: 0, localTimezone: "UTC" });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(loaded.warnings, []);
  return loaded.config;
}

async function heard(output: AsyncIterable<Buffer>, words: string): Promise<void> {
  let said = "";
  for await (const chunk of output) {
    said += chunk.toString();
    if (said.includes(words)) return;
  }
  assert.fail(`it ended without "${words}": ${said}`);
}
