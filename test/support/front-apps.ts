import type { TestContext } from "node:test";
import type { TestDocker } from "./docker.ts";
import type { ContainerSpec, TestContainer } from "./docker-container.ts";
import { createFixedNetwork } from "./fixed-network.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { freePort } from "./http.ts";
import { waitUntil } from "./wait-until.ts";

/** How fronts reach apps: at their own address, or at a published port, where docker-proxy accepts too early. */
export type Reach = "address" | "published";

export interface FrontApp {
  readonly container: TestContainer;
  readonly host: string;
  /** The `host:port` of the app for a front on this machine, fixed even while it sleeps. */
  readonly upstream: string;
}

/** Sleeping apps, and a gateway that manages them and trusts this machine. */
export interface FrontApps {
  readonly apps: readonly FrontApp[];
  readonly gateway: Gateway;
}

export interface AppSpec {
  readonly name: string;
  readonly delayMs?: number;
  /** Further environment variables of the app. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further keys of the container in config.yaml. */
  readonly keys?: object;
  readonly healthcheck?: ContainerSpec["healthcheck"];
}

export async function startFrontApps(
  t: TestContext,
  docker: TestDocker,
  reach: Reach,
  specs: readonly AppSpec[],
): Promise<FrontApps> {
  const network = await createFixedNetwork(t, docker);
  const apps = await Promise.all(
    specs.map(async ({ name, delayMs = 0, env = {}, healthcheck }, index): Promise<FrontApp> => {
      const port = await freePort();
      const address = network.address(index);
      const container = await docker.createContainer({
        name: `${name}-${Math.random().toString(36).slice(2, 8)}`,
        network: network.name,
        address,
        env: { NAME: name, DELAY_MS: String(delayMs), ...env },
        ...(reach === "published" && { ports: { 80: port } }),
        ...(healthcheck && { healthcheck }),
        start: false,
      });
      const upstream = reach === "published" ? `127.0.0.1:${port}` : `${address}:80`;
      return { container, host: `${name}.test`, upstream };
    }),
  );
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: {
      gateway: {
        trusted_proxies: ["127.0.0.0/8"],
        address: reach === "published" ? "published" : "container",
        traefik: { entry_points: ["web"], when_awake: "direct" }, // for a Traefik that fetches our document
      },
      containers: apps.map(({ container, host }, index) => ({
        name: container.name,
        host,
        stop_timeout: "1s",
        ...specs[index]?.keys,
      })),
    },
  });
  return { apps, gateway };
}

/** Returns the wall time at which the gateway began to stop a container; how long that took is the machine's. */
export async function stopBeganMs(gateway: Gateway, name: string): Promise<number> {
  const line = await gateway.waitForLog(({ event, container }) => event === "stopped" && container === name);
  return Date.parse(String(line["time"])) - Number(line["duration_ms"]);
}

/** Resolves when the gateway shows that a container is asleep. */
export async function untilAsleep(gateway: Gateway, name: string, ms = 20_000): Promise<void> {
  let last: unknown;
  const isAsleep = async (): Promise<boolean> => {
    const status = (await gateway.request({ path: "/_status/api" })).json();
    const found = status.containers.find((one: { readonly name: string }) => one.name === name);
    last = found;
    return found.state === "asleep" || found.state === "absent";
  };
  try {
    await waitUntil(isAsleep, ms, `${name} to be asleep`);
  } catch (cause) {
    throw new Error(`${name} is not asleep: ${JSON.stringify(last)}`, { cause });
  }
}
