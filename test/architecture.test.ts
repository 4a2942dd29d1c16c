import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { MUTANTS } from "../scripts/mutant-list.ts";

// dependency-cruiser reports "no violations" also for files that it could not read: what it read is counted here, and one
// breach of each kind is planted to see it found.

const root = path.resolve(import.meta.dirname, "..");

test("every source file is checked, and none breaks the import rules", async () => {
  const { summary, modules } = await cruise(root);
  const cruised = modules.filter(({ source }) => source.startsWith("src/"));
  const files = globSync("src/**/*.ts", { cwd: root });
  assert.ok(files.length > 0);
  assert.ok(cruised.length >= files.length, `${cruised.length} of ${files.length} files were cruised`);
  assert.ok(summary.totalDependenciesCruised > 0);
  assert.deepEqual(summary.violations.map(describe), []);
});

test("only one file relies on undocumented parts of Node", () => {
  const internals =
    /\._(?:read|write|writev|handle|httpMessage)\b|\b(?:destroySoon|assignSocket) = |getOwnPropertySymbols|\.transfer\(|\.listeners\(|setFlagsFromString/u;
  const found = globSync("src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] }).filter((file) =>
    internals.test(readFileSync(path.join(root, file), "utf8")),
  );
  assert.deepEqual(found.toSorted(), ["src/http1/node-internals.ts", "src/lean-start.ts"]);
});

test("the text that each mutant replaces stands in its file exactly once", () => {
  const lost = MUTANTS.flatMap(({ name, edits }) =>
    edits.flatMap(([file, find]) =>
      readFileSync(path.join(root, "src", file), "utf8").split(find).length === 2 ? [] : `${name}: ${file}: ${find}`,
    ),
  );
  assert.deepEqual(lost, []);
});

test("each field of a workload's record is written by one file", () => {
  const sources = sourcesBelow("src/lifecycle", "src/proxy", "src/forward-auth", "src/public", "src/admin");
  assert.ok(writersOf(sources).size > 40);
  assert.deepEqual(sharedFields(sources), []);
});

test("every kind of second writer of a record's field is found", () => {
  for (const code of [
    "record.leases += 1;",
    "member.leases = 0;",
    "({ leases: one.leases } = before);",
    "record.leases++;",
  ]) {
    const sources = new Map([...sourcesBelow("src/lifecycle"), ["src/lifecycle/planted.ts", code]]);
    assert.deepEqual(
      sharedFields(sources),
      ["leases: src/lifecycle/planted.ts, src/lifecycle/workload/lease.ts"],
      code,
    );
  }
});

/** Where a record is made all of its fields are written, once. */
const RECORD = "src/lifecycle/workload/record.ts";
const PARTS = globSync("src/lifecycle/workload/parts/*.ts", { cwd: root });

function sourcesBelow(...folders: readonly string[]): Map<string, string> {
  const files = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root, exclude: ["**/*.test.ts"] },
  );
  return new Map(
    files.filter((file) => file !== RECORD).map((file) => [file, readFileSync(path.join(root, file), "utf8")]),
  );
}

function sharedFields(sources: ReadonlyMap<string, string>): readonly string[] {
  return [...writersOf(sources)]
    .filter(([, files]) => files.length > 1)
    .map(([field, files]) => `${field}: ${files.toSorted().join(", ")}`);
}

/** By field: the files that assign it. `this.x = …` is a class's own. */
function writersOf(sources: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const made = [RECORD, ...PARTS].map((file) => readFileSync(path.join(root, file), "utf8")).join("\n");
  const parts = made.matchAll(/export interface (?:WorkloadRecord|\w+Part)\b[^{]*\{\n(.*?)\n\}/gsu);
  const body = [...parts].map(([, part]) => part).join("\n");
  const fields = [...body.matchAll(/^ {2}(?:readonly )?(\w+):/gmu)].flatMap(([, name]) => name ?? []);
  return new Map(
    fields.map((field) => {
      const write = new RegExp(
        `\\b(?!this\\b)\\w+\\.${field}(?:\\s*(?:=(?![=>])|[-+|?&*]{1,2}=)|\\+\\+|--|[^;{}()]*\\} = )`,
        "u",
      );
      return [field, [...sources].flatMap(([file, code]) => (write.test(code) ? [file] : []))];
    }),
  );
}

const breaches: readonly { readonly file: string; readonly code: string; readonly rule: string }[] = [
  { file: "src/core/reads.ts", code: 'import "node:fs";', rule: "core-is-pure" },
  { file: "src/core/parses.ts", code: 'import "zod";', rule: "core-is-pure" },
  { file: "src/core/types.ts", code: 'import type {} from "../lifecycle/ports.ts";', rule: "folder-core" },
  { file: "src/config/schema/merges.ts", code: 'import "../merge/drafts.ts";', rule: "folder-config/schema" },
  { file: "src/config/wakes.ts", code: 'import "../lifecycle/ports.ts";', rule: "folder-config" },
  { file: "src/engines/docker/wakes.ts", code: 'import "../../lifecycle/admit/hold.ts";', rule: "folder-engines" },
  { file: "src/http1/routes.ts", code: 'import "../lifecycle/ports.ts";', rule: "folder-http1" },
  { file: "src/http1/take-upgrades.ts", code: 'import "./upstreams.ts";', rule: "http1-client" },
  { file: "src/http1/upstream-pool.ts", code: 'import "./end-with-response.ts";', rule: "http1-upstream" },
  { file: "src/http1/reads.ts", code: 'import "./upstreams.ts";', rule: "http1-heads" },
  { file: "src/respond/wakes.ts", code: 'import "../lifecycle/ports.ts";', rule: "folder-respond" },
  { file: "src/public/asks.ts", code: 'import "../admin/guard.ts";', rule: "folder-public" },
  { file: "src/lifecycle/fetches.ts", code: 'import "undici";', rule: "package-undici" },
  { file: "src/engines/process/docks.ts", code: 'import "dockerode";', rule: "package-dockerode" },
  { file: "src/lifecycle/docks.ts", code: 'export type { Container } from "dockerode";', rule: "package-dockerode" },
  { file: "src/proxy/routes.ts", code: 'import "express";', rule: "package-express" },
  { file: "src/proxy/proxies.ts", code: 'import "http-proxy";', rule: "package-unlisted" },
  { file: "src/admin/renders.ts", code: 'import "nunjucks";', rule: "package-nunjucks" },
  { file: "src/lifecycle/counts.ts", code: 'import "prom-client";', rule: "package-prom-client" },
  { file: "src/proxy/traces.ts", code: 'import "@opentelemetry/api";', rule: "package-@opentelemetry/api" },
  { file: "src/lifecycle/plans.ts", code: 'import "croner";', rule: "package-croner" },
  { file: "src/lifecycle/talks.ts", code: 'import "ws";', rule: "package-unlisted" },
  { file: "src/server.ts", code: 'import "../scripts/build.ts";', rule: "src-stands-alone" },
  { file: "src/app.ts", code: 'import "./proxy/handler.test.ts";', rule: "src-stands-alone" },
  { file: "src/proxy/hopes.ts", code: 'import "./missing.ts";', rule: "no-unresolved" },
  { file: "src/proxy/egg.ts", code: 'import "./hen.ts";', rule: "no-cycle" },
  { file: "src/proxy/alone.ts", code: "export {};", rule: "no-orphan" },
];

/** What the planted files import; nothing in it breaks a rule. */
const bystanders = [
  { file: "src/lifecycle/ports.ts", code: "export {};" },
  { file: "src/config/merge/drafts.ts", code: 'import "node:path";' },
  { file: "src/lifecycle/admit/hold.ts", code: 'import "../ports.ts";' },
  { file: "src/admin/guard.ts", code: 'import "node:path";' },
  { file: "src/http1/upstreams.ts", code: 'import "node:path";' },
  { file: "src/http1/end-with-response.ts", code: 'import "node:path";' },
  { file: "src/proxy/hen.ts", code: 'import "./egg.ts";' },
  { file: "src/proxy/handler.test.ts", code: 'import "node:test";' },
  { file: "scripts/build.ts", code: "export {};" },
];

test("the import rules find a violation", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-folders-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of [".dependency-cruiser.mjs", "package.json", "tsconfig.json", "node_modules"]) {
    symlinkSync(path.join(root, name), path.join(dir, name));
  }
  for (const { file, code } of [...bystanders, ...breaches]) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), code);
  }
  const { violations } = (await cruise(dir)).summary;
  for (const { file, code, rule } of breaches) {
    await t.test(`${rule}: ${file} with ${code}`, () => {
      const found = violations.filter(({ from, to }) => from === file || to === file).map((each) => each.rule.name);
      assert.ok(found.includes(rule), `found: ${found.join(", ") || "nothing"}`);
    });
  }
});

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: { readonly violations: readonly Violation[]; readonly totalDependenciesCruised: number };
}

async function cruise(cwd: string): Promise<Cruise> {
  const bin = path.join(root, "node_modules/.bin/depcruise");
  const args = [bin, "--config", ".dependency-cruiser.mjs", "--output-type", "json", "src"];
  const options = { cwd, maxBuffer: 2 ** 26 };
  // It ends with the number of violations.
  const run = promisify(execFile)(process.execPath, args, options);
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as Cruise;
}

function describe({ rule, from, to }: Violation): string {
  return `${rule.name}: ${from} → ${to}`;
}
