import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";

import { cleanup } from "../support/cleanup.ts";
import { freePort, navigation, request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = path.resolve(import.meta.dirname, "../..");

test("the packed package runs as dag with its production dependencies alone", async (t) => {
  const dir = installPacked(t);
  const dag = path.join(dir, "node_modules/docker-awakening-gateway/dist/main.js");
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  assert.equal(execFileSync(process.execPath, [dag, "version"], { cwd: dir, encoding: "utf8" }).trim(), version);

  const port = await freePort();
  const config = path.join(dir, "config.yaml");
  writeFileSync(config, JSON.stringify({ gateway: { port, bind: "127.0.0.1", state_file: "" } }));
  const env = { PATH: process.env["PATH"], CONFIG_PATH: config, DOCKER_HOST: `unix://${dir}/none.sock` };
  const child = spawn(process.execPath, [dag], { cwd: dir, env, stdio: "ignore" });
  cleanup(t, () => child.kill("SIGKILL"));
  await waitUntil(async () => (await request({ port, path: "/_live" })).status === 200, 10_000, "/_live");
  // A page shows that the templates are found from where the package lies.
  const page = await request({ port, host: "nobody.example", headers: navigation });
  assert.equal(page.status, 404);
  assert.match(page.text, /<html/i);
});

test("the package holds what runs and no tests", (t) => {
  const files = pack(t).files.map(({ path: file }) => file);
  assert.ok(files.includes("dist/main.js") && files.includes("LICENSE") && files.includes("README.md"));
  assert.ok(files.some((file) => file.startsWith("templates/")));
  assert.deepEqual(
    files.filter((file) => /\.test\.|\.ts$|^(src|test|scripts|docs)\//.test(file)),
    [],
  );
});

/** A directory into which the package is installed as npm does, its dependencies being links to those of this clone. */
function installPacked(t: TestContext): string {
  const { dir, tarball } = pack(t);
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
  return dir;
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
