/**
 * `node scripts/with-docker.ts -- node --test test/e2e/x.test.ts`: runs a command with a private Docker daemon, whose
 * address is in TEST_DOCKER_HOST, and returns the command's exit code.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";

import { startPrivateDocker, whyNoPrivateDocker } from "./private-docker.ts";

const args = process.argv.slice(2);
const [command, ...rest] = args[0] === "--" ? args.slice(1) : args;
if (command === undefined) fail("usage: node scripts/with-docker.ts -- COMMAND …", 2);
const reason = whyNoPrivateDocker();
if (reason !== undefined) fail(`cannot start Docker: ${reason}`, 1);

const docker = await startPrivateDocker();
process.stderr.write(`TEST_DOCKER_HOST=${docker.host}\n`);
const env = { ...process.env, TEST_DOCKER_HOST: docker.host };
const child = spawn(command, rest, { stdio: "inherit", env });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
child.on("error", (error) => void leave(127, error.message));
child.on("exit", (code, signal) => void leave(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));

async function leave(code: number, message?: string): Promise<void> {
  if (message !== undefined) process.stderr.write(`${message}\n`);
  await docker.stop();
  process.exit(code);
}

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
