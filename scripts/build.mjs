/** Compiles `src/` to `dist/`, or to the directory given, for release: Node strips no types below node_modules. */
import { spawnSync } from "node:child_process";
import { chmodSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

const outDir = process.argv[2] ?? "dist";
// Built next to its place and moved there in one step, so that no start meanwhile finds a partial build.
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
