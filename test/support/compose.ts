import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

import { cleanup } from "./cleanup.ts";
import { mustRun } from "./run.ts";
import { toolOrSkip } from "./tools.ts";

/** `docker compose` for one file, on one daemon. */
export type Compose = (...args: readonly string[]) => Promise<string>;

/** A command that is ready to run; what it put up is taken down at the end. `undefined` when the test was skipped. */
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

/** A directory for DOCKER_CONFIG in which the plugin is found; `undefined` when the test was skipped. */
export function dockerConfigWithCompose(t: TestContext): string | undefined {
  const plugin = toolOrSkip(t, "compose");
  if (plugin === undefined) return undefined;
  const config = mkdtempSync(path.join(tmpdir(), "dag-compose-"));
  cleanup(t, () => rmSync(config, { recursive: true, force: true }));
  mkdirSync(path.join(config, "cli-plugins"));
  symlinkSync(plugin, path.join(config, "cli-plugins/docker-compose"));
  return config;
}
