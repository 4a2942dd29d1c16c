import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";

import { cleanup } from "../support/cleanup.ts";
import { freePort, navigation, request } from "../support/http.ts";
import { run } from "../support/run.ts";
import { toolOrSkip } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = path.resolve(import.meta.dirname, "../..");

const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

/** The oldest Node that package.json takes, the one before the pinned one, and the pinned one. */
const nodes: readonly (readonly [title: string, find: (t: TestContext) => string | undefined])[] = [
  ["Node 22.12", (t) => toolOrSkip(t, "node22")],
  ["Node 24", (t) => toolOrSkip(t, "node24")],
  ["the pinned Node", () => process.execPath],
];
for (const [title, find] of nodes) {
  test(`the packed package runs as dag with its production dependencies alone, under ${title}`, async (t) => {
    const node = find(t);
    if (node === undefined) return;
    const { dir, dag } = installPacked(t);
    mkdirSync(path.join(dir, "bin"));
    symlinkSync(node, path.join(dir, "bin/node"));
    const port = await freePort();
    const config = path.join(dir, "config.yaml");
    writeFileSync(config, JSON.stringify({ gateway: { port, bind: "127.0.0.1", state_file: "" } }));
    const env = { PATH: path.join(dir, "bin"), CONFIG_PATH: config, DOCKER_HOST: `unix://${dir}/none.sock` };
    const ask = (...args: string[]) => run(dag, args, { cwd: dir, env });

    for (const [args, code, said] of commands) {
      const ran = await ask(...args);
      assert.deepEqual([args, ran.code], [args, code], ran.output);
      assert.match(ran.output, said);
    }
    // Nobody listens yet.
    assert.equal((await ask("health")).code, 1);

    // A page shows that the templates are found from where the package lies.
    await serves(t, [dag], { cwd: dir, env }, port);
    const page = await request({ port, host: "nobody.example", headers: navigation });
    assert.equal(page.status, 404);
    assert.match(page.text, /<html/i);
    assert.equal((await ask("health")).code, 0);

    const demo = await freePort();
    await serves(t, [dag, "demo", String(demo)], { cwd: dir, env: { PATH: env.PATH } }, demo);
    const app = await request({ port: demo, host: `hello.localhost`, method: "POST", body: "kept" });
    assert.equal(app.text, "hello got what you sent: kept\n");
  });
}

const commands: readonly (readonly [args: readonly string[], code: number, output: RegExp])[] = [
  [["version"], 0, new RegExp(`^${version.replaceAll(".", "\\.")}\n$`)],
  [["--help"], 0, /^Docker Awakening Gateway/],
  [["schema"], 0, /^\{\n {2}"\$schema"/],
  [["completion", "bash"], 0, /^complete -F _dag dag$/m],
  [["completion", "zsh"], 0, /^#compdef dag\n/],
  [["completion", "fish"], 0, /^complete -c dag /m],
  [["check"], 0, /: 0 containers, 0 groups$/m],
  [["check", "/nonexistent.yaml"], 2, /no such file/],
  [["check", "--docker"], 1, /none\.sock/],
  [["frobnicate"], 2, /unknown command "frobnicate"/],
];

test("npm installs the man page where man finds it, which it does only for a list", () => {
  const { man } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  assert.deepEqual(man, ["man/dag.1"]);
});

test("the package holds what runs and no tests", (t) => {
  const files = pack(t).files.map(({ path: file }) => file);
  assert.ok(files.includes("dist/main.js") && files.includes("LICENSE") && files.includes("README.md"));
  assert.ok(files.some((file) => file.startsWith("templates/")) && files.includes("man/dag.1"));
  assert.deepEqual(
    files.filter((file) => /\.test\.|\.ts$|^(src|test|scripts|docs)\//.test(file)),
    [],
  );
});

/** Starts it and resolves when it answers; it is stopped, as by Ctrl-C, at the end of the test. */
async function serves(
  t: TestContext,
  [command = "", ...args]: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  port: number,
): Promise<void> {
  const child = spawn(command, args, { ...options, stdio: "ignore" });
  const exited = once(child, "exit");
  cleanup(t, async () => {
    child.kill("SIGINT");
    assert.deepEqual(await exited, [0, null]);
  });
  await waitUntil(async () => (await request({ port, path: "/_live" })).status === 200, 20_000, "/_live");
}

/** A directory into which the package is installed as npm does, its dependencies being links to those of this clone. */
function installPacked(t: TestContext): { readonly dir: string; readonly dag: string } {
  const { tarball } = pack(t);
  const dir = mkdtempSync(path.join(tmpdir(), "dag-installed-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const modules = path.join(dir, "node_modules");
  const own = path.join(modules, "docker-awakening-gateway");
  mkdirSync(own, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", own, "--strip-components=1"]);
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  for (const [place, entry] of Object.entries<{ dev?: boolean; optional?: boolean }>(lock.packages)) {
    const name = place.replace(/^node_modules\//, "");
    if (place === "" || entry.dev === true || entry.optional === true || name.includes("node_modules/")) continue;
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(root, place), path.join(modules, name));
  }
  const dag = path.join(dir, "node_modules/.bin/dag");
  mkdirSync(path.dirname(dag));
  symlinkSync("../docker-awakening-gateway/dist/main.js", dag);
  return { dir, dag };
}

interface Packed {
  readonly dir: string;
  readonly tarball: string;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed | undefined;

function pack(t: TestContext): Packed {
  if (packed !== undefined) return packed;
  const dir = mkdtempSync(path.join(tmpdir(), "dag-pack-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  const args = ["pack", "--json", "--silent", "--pack-destination", dir];
  const said = execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  t.diagnostic(`packed into ${dir}`);
  const [first] = JSON.parse(said.slice(said.indexOf("[\n"))) as [{ filename: string; files: Packed["files"] }];
  packed = { dir, tarball: path.join(dir, first.filename), files: first.files };
  return packed;
}
