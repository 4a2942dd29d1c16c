import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

import { connect } from "./docker.ts";
import { ensureNodeBase, whyNoNodeBase } from "./node-base-image.ts";
import { mustRun, run } from "./run.ts";
import { skipOrFail } from "./tools.ts";

/** The name of the image in the documents. */
export const gatewayImage = "docker-awakening-gateway";

const root = path.resolve(import.meta.dirname, "../..");

/**
 * Builds the Dockerfile unchanged, and copies the image to a daemon; resolves with true. If something is missing, the
 * test is skipped with the reason. A run builds on one daemon: a later build there waits for the first one and then
 * finds all layers.
 */
export async function provideGatewayImage(t: TestContext, to: string): Promise<boolean> {
  const host = process.env["TEST_DOCKER_BUILDER"] ?? process.env["TEST_DOCKER_HOST"] ?? "";
  const reason = host === "" ? "no Docker to build with" : whyNoNodeBase();
  if (reason !== undefined) {
    skipOrFail(t, reason);
    return false;
  }
  const isBuilt = await build(t, host);
  if (isBuilt) await copyImage(gatewayImage, host, to);
  return isBuilt;
}

async function build(t: TestContext, host: string): Promise<boolean> {
  await ensureNodeBase(connect(host));
  const lock = path.join(tmpdir(), `dag-build-${createHash("sha256").update(host).digest("hex").slice(0, 12)}.lock`);
  // The classic builder, which every engine has, on the machine's network, on which npm reaches its registry.
  const command = ["docker", "build", "--network", "host", "--quiet", "-t", gatewayImage, "."];
  const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: "0" };
  const { code, output } = await run("flock", [lock, ...command], { cwd: root, env, timeoutMs: 400_000 });
  if (code === 0) return true;
  if (!/\b(ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ETIMEDOUT)\b/.test(output))
    throw new Error(`docker build ended with ${code}:\n${output.slice(-6000)}`);
  skipOrFail(t, "the npm registry cannot be reached from a build");
  return false;
}

/** Copies an image from one daemon to another. */
async function copyImage(image: string, from: string, to: string): Promise<void> {
  const command = `docker --host "$1" save "$3" | docker --host "$2" load`;
  await mustRun("sh", ["-c", command, "copy", from, to, image]);
}
