/**
 * Rounds of stop and wake under load, on a Docker daemon of its own: `npm run soak` does a thousand through the proxy, half
 * an hour; `npm run soak -- fronts` a hundred behind each front proxy, twenty minutes.
 */
import { spawnSync } from "node:child_process";

const { SOAK_ROUNDS = "1000", STOP_ROUNDS = "100" } = process.env;
const file = process.argv[2] === "fronts" ? "forward-auth-stops" : "soak";
const { status } = spawnSync(
  process.execPath,
  ["scripts/with-docker.ts", "--", process.execPath, "--test", `test/e2e/${file}.test.ts`],
  { stdio: "inherit", env: { ...process.env, SOAK_ROUNDS, STOP_ROUNDS } },
);
process.exit(status ?? 1);
