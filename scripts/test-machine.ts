import { existsSync } from "node:fs";

import { connect } from "../test/support/docker.ts";
import { ensureImage } from "../test/support/docker-images.ts";
import { findTool, isExcused, toolNames } from "../test/support/tools.ts";
import { type PrivateDocker, startPrivateDocker, whyNoPrivateDocker } from "./private-docker.ts";

/** What is available on this machine for tests. */
export interface Machine {
  /** The environment for each lane of tests; lanes run in parallel. */
  readonly envs: readonly Readonly<Record<string, string>>[];
  /** One sentence for each missing thing. */
  readonly missing: readonly string[];
  /** Stops everything that was started for the tests. */
  close(): Promise<void>;
}

/**
 * Finds the tools that tests use, and, unless there are 0 lanes, Docker: the daemon in TEST_DOCKER_HOST, a private one
 * for each lane, or the machine's. A gateway manages every labelled container of its daemon, so lanes with the same
 * daemon would interfere.
 */
export async function prepareMachine(lanes: number): Promise<Machine> {
  const missing: string[] = [];
  const env: Record<string, string> = {};
  for (const tool of toolNames) {
    const found = findTool(tool);
    if (found === undefined && isExcused(tool)) continue;
    if (found === undefined) missing.push(`${tool} is not installed`);
    else env[`${tool.toUpperCase()}_BIN`] = found;
  }
  if (lanes === 0) return { envs: [env], missing, close: async () => {} };
  try {
    const { hosts, close } = await findDocker(lanes);
    const [builder = ""] = hosts; // the only one that builds images
    const envs = hosts.map((host) => ({ ...env, TEST_DOCKER_HOST: host, TEST_DOCKER_BUILDER: builder }));
    return { envs, missing, close };
  } catch (error) {
    const reason = `no Docker: ${error instanceof Error ? error.message : String(error)}`;
    return { envs: [{ ...env, TEST_DOCKER_MISSING: reason }], missing: [...missing, reason], close: async () => {} };
  }
}

interface Daemons {
  readonly hosts: readonly string[];
  close(): Promise<void>;
}

async function findDocker(lanes: number): Promise<Daemons> {
  const named = process.env["TEST_DOCKER_HOST"];
  if (named !== undefined && named !== "") return use([named]);
  const reason = whyNoPrivateDocker();
  if (reason === undefined) {
    const dockers: PrivateDocker[] = [];
    const close = async (): Promise<void> => void (await Promise.all(dockers.map((docker) => docker.stop())));
    try {
      while (dockers.length < lanes) dockers.push(await startPrivateDocker());
    } catch (error) {
      await close();
      throw error;
    }
    const hosts = dockers.map(({ host }) => host);
    return use(hosts, close);
  }
  const machines =
    process.env["DOCKER_HOST"] ?? (existsSync("/var/run/docker.sock") ? "unix:///var/run/docker.sock" : "");
  if (machines === "") throw new Error(reason);
  return use([machines]);
}

/** Uses daemons only if they answer and accept the test images. */
async function use(hosts: readonly string[], close: () => Promise<void> = async () => {}): Promise<Daemons> {
  try {
    for (const docker of hosts.map(connect)) {
      await docker.ping();
      await ensureImage(docker, "tiny");
      await ensureImage(docker, "app");
    }
    return { hosts, close };
  } catch (error) {
    await close();
    throw error;
  }
}
