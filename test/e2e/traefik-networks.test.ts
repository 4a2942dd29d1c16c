import path from "node:path";
import { describe } from "node:test";
import { uniqueName } from "../support/docker.ts";
import { startStack } from "../support/example-stack.ts";
import { request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../examples/traefik/provider/compose.yaml");

describe("Traefik gets an address that it can reach itself", () => {
  onDocker("an app's name only if it shares a network with Traefik, not with the gateway alone", async (t, docker) => {
    const own = await docker.createNetwork();
    const stack = await startStack(t, docker, EXAMPLE);
    if (stack === undefined) return;
    const port = await stack.port("traefik", 80);
    await docker.docker.getNetwork(own).connect({ Container: stack.container("gateway").id });
    const name = uniqueName("apart");
    const labels = { "dag.enabled": "true", "dag.host": "apart.test", "dag.traefik.when_awake": "direct" };
    const app = await docker.createContainer({ name, network: own, labels });
    const ask = (host: string) => request({ port, host, path: "/count" });
    const { NetworkSettings } = await stack.container("gateway").inspect();
    const gateway = { address: NetworkSettings.Networks[own]?.IPAddress ?? "", port: 8080 };
    const reached = async (): Promise<string> => {
      const { containers } = (await request({ ...gateway, path: "/_status/api" })).json();
      return containers.find((one: { readonly name: string }) => one.name === name).traefik.reached;
    };
    await waitUntil(async () => (await ask("whoami.localhost")).status === 200, 40_000, "the stack to be up");
    for (let wakes = 0; wakes < 2; wakes += 1) {
      await waitUntil(async () => (await ask("apart.test")).status === 200, 20_000, "an answer of the app apart");
      // By the gateway, because a stop by somebody else would be waited out.
      await request({ ...gateway, method: "POST", path: `/_status/stop?container=${name}` });
      await waitUntil(async () => !(await app.isRunning()), 20_000, "the stop");
    }
    const isApart = async () => (await reached()).startsWith("through the gateway: it shares no network with Traefik");
    await waitUntil(isApart, 45_000, "its networks to be known");

    await docker.docker.getNetwork(own).connect({ Container: stack.container("traefik").id });
    await waitUntil(async () => (await reached()).startsWith(`by its name: ${name}:80`), 45_000, "its name");
    await waitUntil(async () => (await ask("apart.test")).status === 200, 20_000, "an answer by its name");
  });
});
