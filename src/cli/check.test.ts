import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runCommand } from "../../test/support/cli.ts";
import { item } from "../../test/support/merge-fixtures.ts";
import type { JsonSchema } from "../config/schema/json-schema.ts";
import { createCheck } from "./check.ts";
import type { Inventory } from "./docker-inventory.ts";
import { schema } from "./schema.ts";

async function check(context: TestContext, text: string, args: readonly string[] = [], items?: Inventory) {
  const folder = mkdtempSync(join(tmpdir(), "dag-check-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "config.yaml");
  writeFileSync(file, text);
  const command = createCheck({ inventory: items ?? (() => assert.fail("nobody asked for Docker")) });
  const { code, stdout, stderr } = await runCommand(command, args, { CONFIG_PATH: file });
  const plain = (printed: string) => printed.replaceAll(`${folder}/`, "");
  return { code, stdout: plain(stdout), stderr: plain(stderr) };
}

test("a sound file is a 0, with one line a host that says what it would do", async (context) => {
  const text = `
containers:
  - {name: app, host: "b.test, a.test", idle_timeout: 15m, depends_on: [db], wake: page}
  - {name: db}
  - {name: office, host: o.test, schedule_start: "0 8 * * *", schedule_stop: "0 20 * * *", schedule_timezone: Europe/Rome, target_port: 3000}
  - {name: one}
groups:
  - {name: api, host: "*.api.test", containers: [one], target_concurrency: 5}
`;
  assert.deepEqual(await check(context, text), {
    code: 0,
    stderr: "",
    stdout: `*.api.test  → group api (one:80), round-robin; one member wakes first, the next at 5 requests each
a.test      → container app, port 80; needs db (healthy); every client sees a page; stopped after 15m without a request
b.test      → container app, port 80; needs db (healthy); every client sees a page; stopped after 15m without a request
o.test      → container office, port 3000; browsers see a page, other requests are held for up to 25s; never stopped when idle; open from "0 8 * * *" to "0 20 * * *" (Europe/Rome)
config.yaml: 4 containers, 1 group
`,
  });
});

test("a faulty file is a 2, with every fault on a line of its own", async (context) => {
  assert.deepEqual(await check(context, "gateway: {prot: 1}\ncontainers: [{name: a, hots: a.test}]"), {
    code: 2,
    stdout: "",
    stderr: `config.yaml:1:11: gateway.prot: unknown key; did you mean "port"?
config.yaml:2:24: containers[0].hots: unknown key; did you mean "host"?
config.yaml: 2 faults
`,
  });
});

test("a file that is named must be there, and goes before CONFIG_PATH", async (context) => {
  const { code, stderr } = await check(context, "gateway: {prot: 1}", ["/nowhere/config.yaml"]);
  assert.equal(code, 2);
  assert.match(stderr, /^\/nowhere\/config\.yaml: no such file$/m);
});

test("with --docker the labels of this host are checked too", async (context) => {
  const inventory = () => Promise.resolve([item("a", { "dag.host": "a.test", "dag.idle_timout": "5m" })]);
  const { code, stdout, stderr } = await check(context, "", ["--docker"], inventory);
  assert.equal(code, 2);
  assert.match(stdout, /^a\.test {2}→ container a, port 80/);
  assert.equal(stderr, 'container "a": label dag.idle_timout: unknown label; did you mean "dag.idle_timeout"?\n');
});

test("with --docker and no Docker it is a 1", async (context) => {
  const inventory: Inventory = async (_, more) => {
    more?.report("Docker cannot be reached");
    return [];
  };
  assert.deepEqual(await check(context, "", ["--docker"], inventory), {
    code: 1,
    stdout: "",
    stderr: "--docker: Docker cannot be reached\n",
  });
});

test("the schema that is printed describes every key and requires what is required", async () => {
  const { stdout: printed } = await runCommand(schema, []);
  const parsed = JSON.parse(printed) as JsonSchema;
  assert.deepEqual(parsed.properties?.["containers"]?.items?.required, ["name"]);
  assert.deepEqual(parsed.properties?.["groups"]?.items?.required, ["name", "containers"]);
  const undescribed: string[] = [];
  const visit = (node: JsonSchema, path: string) => {
    for (const [key, below] of Object.entries(node.properties ?? {})) {
      if (!below.description) undescribed.push(`${path}${key}`);
      visit(below.items ?? below, `${path}${key}.`);
    }
  };
  visit(parsed, "");
  assert.deepEqual(undescribed, []);
  assert.ok(!/"(kind|inherits|unsetMeans|commaSeparated)"/.test(printed), "our own keywords are not published");
});
