import { dockerOrSkip, uniqueName } from "../support/docker.ts";
import { openEngine, refer } from "./engine-docker-subject.ts";
import type { MakeSubject } from "./engine-subject.ts";
import { engineContract } from "./engine.ts";

const make: MakeSubject = async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return undefined;
  return {
    engine: openEngine(t, docker.host),
    missing: refer({ name: uniqueName("missing") }),
    create: async (program) =>
      refer(
        await docker.createContainer(
          program.kind === "app"
            ? { start: false, env: program.env ?? {} }
            : { start: false, image: "tiny", cmd: ["sh", "-c", program.script] },
        ),
      ),
  };
};

engineContract("Docker", make);
