import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

import { cleanup } from "./cleanup.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Compiles the gateway as for a release, into a temporary directory. Returns the path of its program. */
export function buildGateway(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-built-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const dist = path.join(dir, "dist");
  execFileSync(process.execPath, ["scripts/build.mjs", dist], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  copyFileSync(path.join(root, "package.json"), path.join(dir, "package.json"));
  for (const name of ["node_modules", "templates"]) symlinkSync(path.join(root, name), path.join(dir, name));
  return path.join(dist, "main.js");
}
