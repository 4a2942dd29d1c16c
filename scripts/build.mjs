/** Compiles `src/` to `dist/` for release: Node strips no types below node_modules. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
if (existsSync("dist/main.js")) chmodSync("dist/main.js", 0o755);
process.exit(status ?? 1);
