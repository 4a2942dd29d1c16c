/**
 * Soak tests. `npm run soak`: a thousand rounds of stop and wake under load through the proxy, half an hour. `npm run
 * soak -- fronts`: a hundred rounds behind each front proxy, twenty minutes. Both start a private Docker daemon. `npm
 * run soak -- model`: 10,000 lives of the life cycle with random seeds, about five minutes, without Docker.
 */
import { spawnSync } from "node:child_process";

const { SOAK_ROUNDS = "1000", STOP_ROUNDS = "100", DAG_MODEL_SEED = "random", DAG_MODEL_RUNS = "10000" } = process.env;
const [kind = ""] = process.argv.slice(2);
const args: readonly string[] =
  kind === "model"
    ? ["--test", "test/integration/lifecycle-model.test.ts"]
    : ["scripts/with-docker.ts", "--", process.execPath, "--test", `test/e2e/${fileOf(kind)}.test.ts`];
const { status } = spawnSync(process.execPath, args, {
  stdio: "inherit",
  env: { ...process.env, SOAK_ROUNDS, STOP_ROUNDS, DAG_MODEL_SEED, DAG_MODEL_RUNS },
});
process.exit(status ?? 1);

function fileOf(round: string): string {
  return round === "fronts" ? "forward-auth-stops" : "soak";
}
