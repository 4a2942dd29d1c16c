/** Compiles `src/` to `dist/`, or to a given directory, for a release: Node strips no types below node_modules. */
import { spawnSync } from "node:child_process";
import { chmodSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

const outDir = process.argv[2] ?? "dist";
// Built in a temporary directory and then moved, so that a start meanwhile does not find an incomplete build.
const fresh = path.join(path.dirname(outDir), `.cache/build-${process.pid}`);

const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", fresh];
const { status } = spawnSync(process.execPath, tsc, { stdio: "inherit" });
if (status === 0) {
  chmodSync(path.join(fresh, "main.js"), 0o755);
  rmSync(outDir, { recursive: true, force: true });
  renameSync(fresh, outDir);
}
rmSync(fresh, { recursive: true, force: true });
process.exit(status ?? 1);
