import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { formatFault } from "../check/faults.ts";
import type { LoadResult } from "./load-config.ts";
import { configPath, createConfigSource, type ConfigSource } from "./source.ts";
import { elapse, quietFor } from "../../../test/support/real-time.ts";

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "dag-config-"));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const portOf = (result: LoadResult) => (result.ok ? result.config.gateway.port : result.faults.map(formatFault).join());

test("the argument goes before CONFIG_PATH, and that before the default path", () => {
  assert.deepEqual(configPath({ CONFIG_PATH: "/a" }, "/b"), { path: "/b", missing: "fault" });
  assert.deepEqual(configPath({ CONFIG_PATH: "/a" }), { path: "/a", missing: "warning" });
  assert.deepEqual(configPath({ CONFIG_PATH: "" }), { path: "/etc/gateway/config.yaml", missing: "fine" });
});

test("without a file labels alone configure; a missing CONFIG_PATH warns, a missing argument is a fault", (context) => {
  const path = join(directory(context), "config.yaml");
  const load = (missing: "fine" | "warning" | "fault") => createConfigSource({ path, missing, env: {} }).load();
  const warningsOf = (result: LoadResult) => (result.ok ? result.warnings : undefined);
  assert.deepEqual(warningsOf(load("fine")), []);
  assert.deepEqual(warningsOf(load("warning")), [`${path}: no such file: labels alone configure the gateway`]);
  assert.equal(portOf(load("fault")), `${path}: no such file`);
});

test("a file that was there and is not any more is a fault, so that what it said stays in force", (context) => {
  const path = join(directory(context), "config.yaml");
  writeFileSync(path, "gateway: {port: 1}");
  const source = createConfigSource({ path, missing: "fine", env: {} });
  assert.equal(portOf(source.load()), 1);
  rmSync(path);
  assert.equal(portOf(source.load()), `${path}: no such file`);
});

test("a directory in the file's place is explained", (context) => {
  const path = directory(context);
  assert.match(
    String(portOf(createConfigSource({ path, missing: "fine", env: {} }).load())),
    /this is a directory; Docker creates one/,
  );
});

for (const [form, bytes] of [
  ["Latin-1", Buffer.from('gateway: {theme: "caf\xe9"}', "latin1")],
  ["UTF-16, as PowerShell writes it", Buffer.from("\uFEFFgateway: {port: 1}", "utf16le")],
  ["no text", Buffer.from([0xc3, 0x28, 0, 0xff])],
] as const) {
  test(`a file that is ${form} is refused as such, not read with wrong letters`, (context) => {
    const path = join(directory(context), "config.yaml");
    writeFileSync(path, bytes);
    const result = createConfigSource({ path, missing: "fine", env: {} }).load();
    assert.equal(portOf(result), `${path}: the file is not UTF-8 text; save it as UTF-8`);
  });
}

test("a UTF-8 file may begin with a byte order mark and have Windows line breaks", (context) => {
  const path = join(directory(context), "config.yaml");
  writeFileSync(path, "\uFEFFgateway:\r\n  port: 1\r\n");
  assert.equal(portOf(createConfigSource({ path, missing: "fine", env: {} }).load()), 1);
});

test("a secret is read from the file that its variable names", (context) => {
  const folder = directory(context);
  writeFileSync(join(folder, "token"), "s3cret\n");
  const env = { ADMIN_AUTH_METHOD: "bearer", ADMIN_AUTH_TOKEN_FILE: join(folder, "token") };
  const result = createConfigSource({ path: join(folder, "none"), missing: "fine", env }).load();
  assert.deepEqual(result.ok && result.config.gateway.adminAuth, { method: "bearer", token: "s3cret" });
});

test("a secret's file may begin with a byte order mark, and is refused if it is not UTF-8", (context) => {
  const folder = directory(context);
  const load = (bytes: string | Buffer) => {
    writeFileSync(join(folder, "token"), bytes);
    const env = { ADMIN_AUTH_METHOD: "bearer", ADMIN_AUTH_TOKEN_FILE: join(folder, "token") };
    return createConfigSource({ path: join(folder, "none"), missing: "fine", env }).load();
  };
  const marked = load("\uFEFFs3cret\r\n");
  assert.deepEqual(marked.ok && marked.config.gateway.adminAuth, { method: "bearer", token: "s3cret" });
  const refused = load(Buffer.from("\uFEFFs3cret", "utf16le"));
  assert.match(String(portOf(refused)), /ADMIN_AUTH_TOKEN_FILE: cannot read the file ".*": it is not UTF-8 text/);
});

/** Resolves with the first change that the source reports. */
function changeOf(context: TestContext, source: ConfigSource): Promise<LoadResult> {
  const stop = new AbortController();
  context.after(() => stop.abort());
  // The watcher does not keep the process alive, which the test runner requires.
  const alive = setInterval(() => {}, 1000);
  context.after(() => clearInterval(alive));
  return new Promise((resolve) => source.watch(resolve, stop.signal));
}

/** Later than the watcher's own first check after 100 ms, so that a change must have been noticed. */
const afterFirstLook = () => elapse(300);

/** The ways in which files are really replaced. Each starts with port 1 and ends with port 2. */
const ways: readonly [string, (folder: string) => { path: string; change: () => void }][] = [
  [
    "is written to",
    (folder) => {
      const path = join(folder, "config.yaml");
      writeFileSync(path, "gateway: {port: 1}");
      return { path, change: () => writeFileSync(path, "gateway: {port: 2}") };
    },
  ],
  [
    "is replaced by a rename",
    (folder) => {
      const path = join(folder, "config.yaml");
      writeFileSync(path, "gateway: {port: 1}");
      return {
        path,
        change: () => {
          writeFileSync(join(folder, ".config.yaml.swp"), "gateway: {port: 2}");
          renameSync(join(folder, ".config.yaml.swp"), path);
        },
      };
    },
  ],
  [
    "is deleted and recreated",
    (folder) => {
      const path = join(folder, "config.yaml");
      writeFileSync(path, "gateway: {port: 1}");
      return {
        path,
        change: () => {
          unlinkSync(path);
          writeFileSync(path, "gateway: {port: 2}");
        },
      };
    },
  ],
  [
    "changes behind a link, as in Kubernetes",
    (folder) => {
      for (const port of [1, 2]) {
        mkdirSync(join(folder, `..v${port}`));
        writeFileSync(join(folder, `..v${port}`, "config.yaml"), `gateway: {port: ${port}}`);
      }
      symlinkSync("..v1", join(folder, "..data"));
      symlinkSync("..data/config.yaml", join(folder, "config.yaml"));
      return {
        path: join(folder, "config.yaml"),
        change: () => {
          symlinkSync("..v2", join(folder, "..new"));
          renameSync(join(folder, "..new"), join(folder, "..data"));
        },
      };
    },
  ],
  [
    "changes where no event is seen from its directory",
    (folder) => {
      for (const name of ["here", "there"]) mkdirSync(join(folder, name));
      const target = join(folder, "there", "real.yaml");
      writeFileSync(target, "gateway: {port: 1}");
      symlinkSync(target, join(folder, "here", "config.yaml"));
      return {
        path: join(folder, "here", "config.yaml"),
        change: () => writeFileSync(target, "gateway: {port: 2}  # longer"),
      };
    },
  ],
  [
    "comes where there was not even a directory",
    (folder) => {
      const path = join(folder, "later", "config.yaml");
      return {
        path,
        change: () => {
          mkdirSync(join(folder, "later"));
          writeFileSync(path, "gateway: {port: 2}");
        },
      };
    },
  ],
];
for (const [how, prepare] of ways) {
  test(`a change is noticed when the file ${how}`, { timeout: 20_000 }, async (context) => {
    const { path, change } = prepare(directory(context));
    const source = createConfigSource({ path, missing: "fine", env: {} });
    assert.notEqual(portOf(source.load()), 2);
    const changed = changeOf(context, source);
    await afterFirstLook();
    change();
    assert.equal(portOf(await changed), 2);
  });
}

test("what changed between reading and watching is noticed too", { timeout: 20_000 }, async (context) => {
  const path = join(directory(context), "config.yaml");
  writeFileSync(path, "gateway: {port: 1}");
  const source = createConfigSource({ path, missing: "fault", env: {} });
  source.load();
  writeFileSync(path, "gateway: {port: 2}");
  assert.equal(portOf(await changeOf(context, source)), 2);
});

test(
  "only another content counts as a change, and a faulty one is reported as such",
  { timeout: 20_000 },
  async (context) => {
    const path = join(directory(context), "config.yaml");
    writeFileSync(path, "gateway: {port: 1}");
    const source = createConfigSource({ path, missing: "fault", env: {} });
    source.load();
    const results: LoadResult[] = [];
    const stop = new AbortController();
    context.after(() => stop.abort());
    const alive = setInterval(() => {}, 1000);
    context.after(() => clearInterval(alive));
    const reported = new Promise<void>((resolve) =>
      source.watch((result) => {
        results.push(result);
        resolve();
      }, stop.signal),
    );
    writeFileSync(path, "gateway: {port: 1}");
    // Longer than the watcher's delay, so that the equal content is read before the next one is written.
    await quietFor(300, () => results.length === 0, "no change is reported");
    writeFileSync(path, "gateway: {prot: 1}");
    await reported;
    assert.equal(results.length, 1);
    assert.match(String(portOf(results[0]!)), /unknown key; did you mean "port"/);
  },
);
