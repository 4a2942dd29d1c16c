import type { TestContext } from "node:test";
import { createDockerEngine, type DockerEngineDeps } from "../../src/engines/docker/create-docker-engine.ts";
import type { Engine, WorkloadRef } from "../../src/lifecycle/ports.ts";
import { cleanup } from "../support/cleanup.ts";
import type { TestContainer } from "../support/docker-container.ts";
import type { TestDocker } from "../support/docker.ts";
import type { Program } from "./engine-subject.ts";

/** An engine for one Docker daemon that is closed when the test ends. */
export function openEngine(t: TestContext, host: string, deps: Partial<DockerEngineDeps> = {}): Engine {
  const reach = { address: "auto", network: "" } as const;
  const engine = createDockerEngine({ environment: { DOCKER_HOST: host }, reach: () => reach, ...deps });
  cleanup(t, () => engine.close());
  return engine;
}

/** A stopped container that runs a program of the contract. */
export function createProgram(docker: TestDocker, program: Program): Promise<TestContainer> {
  return docker.createContainer(
    program.kind === "app"
      ? { start: false, env: program.env ?? {} }
      : { start: false, image: "tiny", cmd: ["sh", "-c", program.script] },
  );
}

/** A reference to a container, as the life cycle would make it. */
export function refer({ name }: { readonly name: string }, targetPort: number | undefined = 80): WorkloadRef {
  return { name, targetPort, network: "" };
}
