import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.resolve(import.meta.dirname, "..");
const files = globSync("src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] });
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const lines = new Map(files.map((file) => [file, read(file).split("\n").length - 1]));

test("files are short: half of them at most 60 lines, nine of ten at most 150, none above 250", () => {
  const sizes = [...lines.values()].toSorted((a, b) => a - b);
  assert.ok(sizes.length > 0);
  const at = (share: number): number => sizes[Math.ceil(sizes.length * share) - 1] ?? Number.NaN;
  assert.ok(at(0.5) <= 60, `median ${at(0.5)}`);
  assert.ok(at(0.9) <= 150, `nine of ten: ${at(0.9)}`);
  assert.ok(at(1) <= 250, `longest ${at(1)}`);
});

/** Why a file of its own has less than 20 lines though one folder alone imports it. */
const SHORT: Readonly<Record<string, string>> = {
  "src/admin/topology/layout-program.ts": "a program of its own",
  "src/cli/demo/hello.ts": "a program of its own",
  "src/cli/import/placeholder.ts": "two importers, each a file of its own",
  "src/cli/schema.ts": "one file a command",
  "src/cli/usage.ts": "the text of every command, for help and faults",
  "src/cli/version.ts": "one file a command",
  "src/config/schema/notify-template.ts": "a pure rule with its table",
  "src/core/cool-down.ts": "a pure rule with its table",
  "src/core/health-check.ts": "a pure rule with its table",
  "src/core/https-redirect.ts": "a pure rule with its table",
  "src/core/scale.ts": "a pure rule with its table",
  "src/engines/docker/own-stop-timeout.ts": "three operations of the engine",
  "src/engines/docker/parse-time.ts": "four readers of Docker's times",
  "src/engines/kubernetes/former-count.ts": "a pure rule with its table",
  "src/engines/speaks-tls.ts": "two probes",
  "src/forward-auth/caddy.ts": "one file a front",
  "src/forward-auth/traefik.ts": "one file a front",
  "src/store/memory-store.ts": "one file a store",
  "src/telemetry/exposition.ts": "loaded with the first scrape",
  "src/telemetry/tracing/load-tracing.ts": "loads the rest only where tracing is on",
};

test("a file of less than 20 lines is imported from two folders, or has its reason here", () => {
  const importers = new Map(files.map((file) => [file, new Set<string>()]));
  for (const file of files) {
    for (const [, target = ""] of read(file).matchAll(/\b(?:from|import)\s*\(?"(\.[^"]+)"/gu)) {
      importers.get(path.join(path.dirname(file), target))?.add(path.dirname(file));
    }
  }
  const short = files.filter((file) => (lines.get(file) ?? 0) < 20 && (importers.get(file)?.size ?? 0) < 2);
  assert.deepEqual(
    short.filter((file) => SHORT[file] === undefined),
    [],
  );
  assert.deepEqual(
    Object.keys(SHORT).filter((file) => !lines.has(file)),
    [],
    "reasons for files that no longer exist",
  );
});

test("every folder of src has a row in the import table", async () => {
  const { folders } = (await import(path.join(root, ".dependency-cruiser.mjs"))) as {
    readonly folders: Readonly<Record<string, readonly string[]>>;
  };
  const found = readdirSync(path.join(root, "src"), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  assert.ok(found.length > 0);
  assert.deepEqual(
    found.filter((name) => folders[name] === undefined),
    ["cli"], // imports what it likes
  );
});

test("each step of CONTRIBUTING's walks names a file and what to read in it", () => {
  const [, text = ""] =
    /\*\*Three walks\.\*\*([^]*?)\n\*\*/u.exec(readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8")) ?? [];
  const walks = text.split(/^\*/mu).slice(1);
  assert.equal(walks.length, 3);
  for (const walk of walks) {
    const steps = walk.split("\n").filter((line) => /^\d+\. /u.test(line));
    assert.ok(steps.length > 0 && steps.length <= 10, walk);
    for (const step of steps) {
      const [, file = "", name = ""] = /^\d+\. `([^`]+)` `([^`]+)`: /u.exec(step) ?? assert.fail(step);
      assert.match(read(path.join("src", file)), new RegExp(`\\b${name}\\b`, "u"), step);
    }
  }
  assert.equal(walks[0]?.match(/^\d+\. /gmu)?.length, 3, "page or hold is settled in three files");
});
