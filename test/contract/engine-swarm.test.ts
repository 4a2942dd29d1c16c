import type Docker from "dockerode";
import { createSwarmEngine } from "../../src/engines/swarm/create-swarm-engine.ts";
import { cleanup } from "../support/cleanup.ts";
import { uniqueName } from "../support/docker.ts";
import { shareSwarm } from "../support/swarm-bed.ts";
import type { MakeSubject, Program } from "./engine-subject.ts";
import { engineContract } from "./engine.ts";

const bedFor = shareSwarm(1);

/** Tasks are reached at a port of their node: the tests are on no overlay network. */
const make: MakeSubject = async (t) => {
  const bed = await bedFor(t);
  const [node] = bed?.nodes ?? [];
  if (bed === undefined || node === undefined) return undefined;
  const reach = () => ({ address: "published", network: "" }) as const;
  const engine = createSwarmEngine({ environment: { DOCKER_HOST: node.host }, managers: [], reach });
  cleanup(t, () => engine.close());
  return {
    engine,
    missing: { name: uniqueName("missing"), targetPort: 80, network: "" },
    hasEnded: ({ exit }) => exit !== undefined,
    async create(program) {
      const name = uniqueName("web");
      await node.docker.createService(serviceOf(name, bed.image, program));
      cleanup(t, () => node.docker.getService(name).remove());
      return { name, targetPort: 80, network: "" };
    },
  };
};

function serviceOf(name: string, image: string, program: Program): Docker.CreateServiceOptions {
  const env = Object.entries(program.kind === "app" ? (program.env ?? {}) : {}).map(
    ([key, value]) => `${key}=${value}`,
  );
  const command = program.kind === "app" ? {} : { Command: ["sh", "-c", program.script] };
  return {
    Name: name,
    Mode: { Replicated: { Replicas: 0 } },
    TaskTemplate: {
      ContainerSpec: { Image: image, Env: env, ...command, StopGracePeriod: 1_000_000_000 },
      RestartPolicy: { Condition: "none" },
    },
    EndpointSpec: { Ports: [{ Protocol: "tcp", TargetPort: 80, PublishMode: "host" }] },
  };
}

const SCALES = "a service is stopped by its number of replicas, and its tasks end as it says itself";
const NO_PAUSE = "tasks cannot be paused (capability pause: false)";
const GOES_ON = "a service whose tasks have ended is still to run";

engineContract("Swarm", make, {
  "a stop resolves when the program has ended by itself": SCALES,
  "stopping what is stopped changes nothing, whatever the method": GOES_ON,
  "a program that does not end in time is killed": SCALES,
  "a stop sends the given signal": SCALES,
  "a program that does not end by the given signal is killed in time": SCALES,
  "kill asks nobody": SCALES,
  "what is paused goes on with start, as the same run": NO_PAUSE,
  "a port that a host names has addresses of its own, which say so, after those of the usual port":
    "these services publish one port alone, by which they are reached",
  "usage counts up while a program works": "a manager does not know it (capability usage: false)",
  "a limited program gets less of the CPU, until the limit is lifted":
    "limits are part of a service, whose tasks an update would replace (capability throttle: false)",
});
