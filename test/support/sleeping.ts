import { it, type TestContext } from "node:test";

import { dockerOrSkip, type TestDocker } from "./docker.ts";
import type { ContainerSpec, TestContainer } from "./docker-container.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { waitUntil } from "./wait-until.ts";

/** Defines a test that needs a Docker daemon; without one it is skipped with the reason, or fails in CI. */
export function onDocker(title: string, body: (t: TestContext, docker: TestDocker) => Promise<void>): void {
  void it(title, async (t) => {
    const docker = dockerOrSkip(t);
    if (docker !== undefined) await body(t, docker);
  });
}

/** A stopped container behind a gateway whose file contains it. */
export interface Sleeping {
  readonly app: TestContainer;
  readonly gateway: Gateway;
  readonly host: string;
}

export interface SleepingSpec {
  readonly app?: ContainerSpec;
  /** Further keys of the container in config.yaml. */
  readonly container?: object;
  /** Further keys of `gateway:`. */
  readonly gateway?: object;
}

export async function startSleeping(t: TestContext, docker: TestDocker, spec: SleepingSpec = {}): Promise<Sleeping> {
  const app = await docker.createContainer({ start: false, ...spec.app });
  const host = `${app.name}.test`;
  const container = { name: app.name, host, stop_timeout: "1s", ...spec.container };
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: { gateway: spec.gateway ?? {}, containers: [container] },
  });
  return { app, gateway, host };
}

/** Resolves when `/_health` reports that the container is running. */
export async function untilRunning({ gateway, host, app }: Sleeping): Promise<void> {
  await waitUntil(async () => {
    const answer = await gateway.request({ host, path: `/_health?container=${app.name}&wait=10s` });
    return answer.status === 200 && answer.json().status === "running";
  });
}
