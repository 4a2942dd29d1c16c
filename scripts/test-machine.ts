import { existsSync } from "node:fs";

import { connect } from "../test/support/docker.ts";
import { ensureImage } from "../test/support/docker-images.ts";
import { findTool, isExcused, toolNames } from "../test/support/tools.ts";
import { startPrivateDocker, whyNoPrivateDocker } from "./private-docker.ts";

/** What this machine can run. */
export interface Machine {
  /** What tests find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** One sentence for each thing that is missing. */
  readonly missing: readonly string[];
  /** Stops what was started for the tests. */
  close(): Promise<void>;
}

/** Looks for the tools that tests drive, and for a Docker daemon: the one named, one of our own, or the machine's. */
export async function prepareMachine(needsDocker: boolean): Promise<Machine> {
  const missing: string[] = [];
  const env: Record<string, string> = {};
  for (const tool of toolNames) {
    const found = findTool(tool);
    if (found === undefined && isExcused(tool)) continue;
    if (found === undefined) missing.push(`${tool} is not installed`);
    else env[`${tool.toUpperCase()}_BIN`] = found;
  }
  if (!needsDocker) return { env, missing, close: async () => {} };
  try {
    const { host, close } = await findDocker();
    env["TEST_DOCKER_HOST"] = host;
    return { env, missing, close };
  } catch (error) {
    const reason = `no Docker: ${error instanceof Error ? error.message : String(error)}`;
    return { env: { ...env, TEST_DOCKER_MISSING: reason }, missing: [...missing, reason], close: async () => {} };
  }
}

async function findDocker(): Promise<{ host: string; close(): Promise<void> }> {
  const named = process.env["TEST_DOCKER_HOST"];
  if (named !== undefined && named !== "") return use(named);
  const reason = whyNoPrivateDocker();
  if (reason === undefined) {
    const docker = await startPrivateDocker();
    return use(docker.host, () => docker.stop());
  }
  const machines =
    process.env["DOCKER_HOST"] ?? (existsSync("/var/run/docker.sock") ? "unix:///var/run/docker.sock" : "");
  if (machines === "") throw new Error(reason);
  return use(machines);
}

/** A daemon is of use only if it answers and takes the test images. */
async function use(
  host: string,
  close: () => Promise<void> = async () => {},
): Promise<{ host: string; close(): Promise<void> }> {
  try {
    const docker = connect(host);
    await docker.ping();
    await ensureImage(docker, "tiny");
    await ensureImage(docker, "app");
    return { host, close };
  } catch (error) {
    await close();
    throw error;
  }
}
