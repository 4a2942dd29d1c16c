import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";
import { type TestDocker, uniqueName } from "./docker.ts";

/** A network with fixed addresses, which containers keep when they are stopped and started. */
export interface FixedNetwork {
  readonly name: string;
  /** Its CIDR. */
  readonly subnet: string;
  /** The address of this machine on it. */
  readonly gateway: string;
  /** Returns the n-th address for containers, from 0. */
  address(n: number): string;
}

/**
 * Creates such a network. Fixed addresses require an explicit subnet, for which the one that Docker would choose is
 * used.
 */
export function createFixedNetwork(t: TestContext, docker: TestDocker): Promise<FixedNetwork> {
  // One after the other, because the subnet is nobody's for a moment.
  const created = last.then(() => create(t, docker));
  last = created.catch(() => undefined);
  return created;
}

let last: Promise<unknown> = Promise.resolve();

async function create(t: TestContext, { docker }: TestDocker): Promise<FixedNetwork> {
  const name = uniqueName("fixed");
  const chosen = await docker.createNetwork({ Name: name, Driver: "bridge" });
  const found = (await chosen.inspect()) as { IPAM: { Config: { Subnet: string }[] } };
  await chosen.remove();
  const subnet = found.IPAM.Config[0]?.Subnet ?? "";
  const network = await docker.createNetwork({
    Name: name,
    Driver: "bridge",
    IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
  });
  cleanup(t, () => network.remove());
  const prefix = subnet.slice(0, subnet.lastIndexOf("."));
  return { name, subnet, gateway: `${prefix}.1`, address: (n) => `${prefix}.${10 + n}` };
}
