import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

import type { TestDocker } from "./docker.ts";
import { ensureNodeBase, whyNoNodeBase } from "./node-base-image.ts";
import { mustRun, run } from "./run.ts";
import { skipOrFail } from "./tools.ts";

/** The name of the image in the documents. */
export const gatewayImage = "docker-awakening-gateway";

const root = path.resolve(import.meta.dirname, "../..");

/**
 * Builds the Dockerfile unchanged and resolves with true; if something is missing, the test is skipped with the reason.
 * A simultaneous build waits for the first one and then finds all layers.
 */
export async function buildGatewayImage(t: TestContext, { docker, host }: TestDocker): Promise<boolean> {
  const reason = whyNoNodeBase();
  if (reason !== undefined) {
    skipOrFail(t, reason);
    return false;
  }
  await ensureNodeBase(docker);
  const lock = path.join(tmpdir(), `dag-build-${createHash("sha256").update(host).digest("hex").slice(0, 12)}.lock`);
  // The classic builder, which every engine has, on the machine's network, on which npm reaches its registry.
  const build = ["docker", "build", "--network", "host", "--quiet", "-t", gatewayImage, "."];
  const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: "0" };
  const { code, output } = await run("flock", [lock, ...build], { cwd: root, env, timeoutMs: 400_000 });
  if (code === 0) return true;
  if (!/\b(ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ETIMEDOUT)\b/.test(output))
    throw new Error(`docker build ended with ${code}:\n${output.slice(-6000)}`);
  skipOrFail(t, "the npm registry cannot be reached from a build");
  return false;
}

/** Copies an image from one daemon to another. */
export async function copyImage(image: string, from: string, to: string): Promise<void> {
  const command = `docker --host "$1" save "$3" | docker --host "$2" load`;
  await mustRun("sh", ["-c", command, "copy", from, to, image]);
}
