import { dockerOrSkip, uniqueName } from "../support/docker.ts";
import { createProgram, openEngine, refer } from "./engine-docker-subject.ts";
import type { MakeSubject } from "./engine-subject.ts";
import { engineContract } from "./engine.ts";

const make: MakeSubject = async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return undefined;
  return {
    engine: openEngine(t, docker.host),
    missing: refer({ name: uniqueName("missing") }),
    create: async (program) => refer(await createProgram(docker, program)),
  };
};

engineContract("Docker", make);
