/**
 * `npm run bench [-- PART …]`: measures the gateway and what it is compared with in one run, and prints Markdown tables.
 * Without parts everything that the machine can run: `cold` and `rest` need a Docker daemon, which they start themselves.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { whyNoPrivateDocker } from "../../scripts/private-docker.ts";

const PARTS = {
  ready: "A request to an app that is awake",
  instances: "A request to an app with one instance and with three",
  "forward-auth": "An auth request of a front proxy",
  cold: "A request to an app that sleeps",
  rest: "At rest",
  changes: "A change of one container among many",
  latency: "A request to an awake app while others change",
  direct: "Awake apps to which Traefik forwards without auth requests",
} as const;
type Part = keyof typeof PARTS;
const NEED_DOCKER: ReadonlySet<Part> = new Set(["cold", "rest"]);

const all = Object.keys(PARTS) as Part[];
const unknown = process.argv.slice(2).filter((arg) => !(arg in PARTS));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}; there are ${all.join(", ")}`);
  process.exit(2);
}
for (const part of all) if (process.argv.length === 2 || process.argv.includes(part)) run(part);

function run(part: Part): void {
  console.log(`\n## ${PARTS[part]}\n`);
  const file = path.join(import.meta.dirname, `${part}.ts`);
  const measure = ["--test-reporter=dot", file];
  if (!NEED_DOCKER.has(part) || process.env["TEST_DOCKER_HOST"] !== undefined) return node(measure);
  const reason = whyNoPrivateDocker();
  if (reason !== undefined) return console.log(`skipped: ${reason}`);
  return node([path.resolve(file, "../../../scripts/with-docker.ts"), "--", process.execPath, ...measure]);
}

function node(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
