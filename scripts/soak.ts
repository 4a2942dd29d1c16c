/** A thousand rounds of stop and wake under load, on a Docker daemon of its own: `npm run soak`, half an hour. */
import { spawnSync } from "node:child_process";

const { status } = spawnSync(
  process.execPath,
  ["scripts/with-docker.ts", "--", process.execPath, "--test", "test/e2e/soak.test.ts"],
  { stdio: "inherit", env: { ...process.env, SOAK_ROUNDS: process.env["SOAK_ROUNDS"] ?? "1000" } },
);
process.exit(status ?? 1);
