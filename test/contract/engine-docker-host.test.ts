import { createDockerHost } from "../../src/engines/docker/create-docker-host.ts";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip, uniqueName } from "../support/docker.ts";
import { createProgram, refer } from "./engine-docker-subject.ts";
import type { MakeSubject } from "./engine-subject.ts";
import { engineContract } from "./engine.ts";

/** A named one of several hosts: its containers are called `nas:name`. */
const make: MakeSubject = async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return undefined;
  const reach = () => ({ address: "auto", network: "" }) as const;
  const engine = createDockerHost({ host: { name: "nas", host: docker.host, reach: "" }, reach });
  cleanup(t, () => engine.close());
  const named = (name: string) => refer({ name: `nas:${name}` });
  return {
    engine,
    missing: named(uniqueName("missing")),
    create: async (program) => named((await createProgram(docker, program)).name),
  };
};

engineContract("Docker host", make);
