import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";

import Docker from "dockerode";

import { cleanup } from "./cleanup.ts";
import { createTestContainer, type ContainerSpec, type TestContainer } from "./docker-container.ts";
import { ensureImage, type ImageKind } from "./docker-images.ts";
import { skipOrFail } from "./tools.ts";

/** The daemon of this test run, for one test: what it creates is removed at the end of the test. */
export interface TestDocker {
  readonly docker: Docker;
  /** Its address as in DOCKER_HOST. */
  readonly host: string;
  /** Creates a container, and starts it unless `start: false`. */
  createContainer(spec?: ContainerSpec): Promise<TestContainer>;
  /** Creates a user-defined bridge network and returns its name. */
  createNetwork(options?: { readonly name?: string; readonly ipv6Subnet?: string }): Promise<string>;
  /** Returns the name of an image; creates it if the daemon does not have it. */
  image(kind: ImageKind): Promise<string>;
}

/**
 * Returns the daemon of this run (TEST_DOCKER_HOST); without one the test is skipped with the reason, or fails in CI.
 */
export function dockerOrSkip(t: TestContext): TestDocker | undefined {
  const host = process.env["TEST_DOCKER_HOST"];
  if (host !== undefined && host !== "") return testDocker(t, host);
  skipOrFail(t, process.env["TEST_DOCKER_MISSING"] ?? unset);
  return undefined;
}

const unset = "no Docker: TEST_DOCKER_HOST is unset (npm test sets it; for one file: node scripts/with-docker.ts -- …)";

/** The same for another daemon, for example from `startPrivateDocker`. */
export function testDocker(t: TestContext, host: string): TestDocker {
  const docker = connect(host);
  return {
    docker,
    host,
    image: (kind) => ensureImage(docker, kind),
    createContainer: (spec = {}) => createTestContainer(t, docker, spec),
    createNetwork: async (options = {}) => {
      const name = options.name ?? uniqueName("net");
      const network = await docker.createNetwork({
        Name: name,
        Driver: "bridge",
        ...(options.ipv6Subnet === undefined
          ? {}
          : { EnableIPv6: true, IPAM: { Driver: "default", Config: [{ Subnet: options.ipv6Subnet }] } }),
      });
      cleanup(t, () => network.remove());
      return name;
    },
  };
}

/** Creates a client for a `unix://` or `tcp://` address. */
export function connect(host: string): Docker {
  if (host.startsWith("unix://")) return new Docker({ socketPath: host.slice("unix://".length) });
  const { hostname, port } = new URL(host);
  return new Docker({ protocol: "http", host: hostname, port: Number(port) });
}

/** Creates a name that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}
