import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

import { cleanup } from "./cleanup.ts";
import { mustRun } from "./run.ts";
import { toolOrSkip } from "./tools.ts";

/** Runs `docker compose` for one file on one daemon. */
export type Compose = (...args: readonly string[]) => Promise<string>;

/** Creates the command; what it starts is removed at the end of the test. `undefined` if the test was skipped. */
export function composeOrSkip(
  t: TestContext,
  spec: { readonly host: string; readonly file: string; readonly env?: Readonly<Record<string, string>> },
): Compose | undefined {
  const config = dockerConfigWithCompose(t);
  if (config === undefined) return undefined;
  const socket = spec.host.slice("unix://".length);
  const env = { ...process.env, DOCKER_CONFIG: config, DOCKER_HOST: spec.host, DOCKER_SOCKET: socket, ...spec.env };
  const compose: Compose = (...args) => mustRun("docker", ["compose", "-f", spec.file, ...args], { env });
  cleanup(t, () => compose("down", "--volumes", "--timeout", "1"));
  return compose;
}

/** Creates a directory for DOCKER_CONFIG with the plugin; `undefined` if the test was skipped. */
export function dockerConfigWithCompose(t: TestContext): string | undefined {
  const plugin = toolOrSkip(t, "compose");
  if (plugin === undefined) return undefined;
  const config = mkdtempSync(path.join(tmpdir(), "dag-compose-"));
  cleanup(t, () => rmSync(config, { recursive: true, force: true }));
  mkdirSync(path.join(config, "cli-plugins"));
  symlinkSync(plugin, path.join(config, "cli-plugins/docker-compose"));
  return config;
}
