import { createDockerEngine } from "../../src/engines/docker/create-docker-engine.ts";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip, uniqueName } from "../support/docker.ts";
import type { MakeSubject } from "./engine-subject.ts";
import { engineContract } from "./engine.ts";

const make: MakeSubject = async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return undefined;
  const reach = { address: "auto", network: "" } as const;
  const engine = createDockerEngine({ environment: { DOCKER_HOST: docker.host }, reach: () => reach });
  cleanup(t, () => engine.close());
  return {
    engine,
    missing: { name: uniqueName("missing"), targetPort: 80, network: "" },
    async create(program) {
      const { name } = await docker.createContainer(
        program.kind === "app"
          ? { start: false, env: program.env ?? {} }
          : { start: false, image: "tiny", cmd: ["sh", "-c", program.script] },
      );
      return { name, targetPort: 80, network: "" };
    },
  };
};

engineContract("Docker", make);
