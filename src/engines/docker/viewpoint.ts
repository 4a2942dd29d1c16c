import type { AddressMode } from "../../core/settings.ts";
import type { DockerClient } from "./client.ts";
import { findSelf, isForbidden, type Self } from "./find-self.ts";

/** Where the gateway is relative to Docker's networks, which determines the usable addresses. */
export interface Viewpoint {
  readonly mode: AddressMode;
  /**
   * Which addresses of containers are reachable: those on networks shared with the gateway's own container, those on
   * any bridge (the gateway runs on the Linux host), or none (Docker is in a virtual machine, rootless, or remote).
   */
  readonly sees: "shared" | "bridges" | "nothing";
  /** Networks of the gateway's own container. */
  readonly shared: ReadonlySet<string>;
  /** The address under which the gateway reaches the Docker host. */
  readonly hostAddress: string;
}

/** Finds the gateway's own container, and caches the result until an event about it. */
export interface SelfFinder {
  viewpoint(mode: AddressMode): Promise<Viewpoint>;
  /** Returns whether this is the id of the gateway's own container. */
  isSelf(id: string): Promise<boolean>;
  /** Discards the result if this container is ours, or without an id in any case. */
  forget(id?: string): void;
}

/** Creates a finder; `platform` is Node's: outside Linux the addresses of containers are not reachable. */
export function createSelfFinder(client: DockerClient, platform: NodeJS.Platform): SelfFinder {
  let finding: Promise<Self | undefined> | undefined;
  let known: Self | undefined;

  async function find(): Promise<Self | undefined> {
    try {
      known = await findSelf(client);
      return known;
    } catch (error) {
      if (isForbidden(error)) return undefined;
      finding = undefined;
      throw error;
    }
  }

  return {
    async viewpoint(mode) {
      const { addressesHidden, desktop } = await client.server();
      const { remoteHost } = client.connection;
      const self = await (finding ??= find());
      if (self?.networks !== undefined) {
        const hostAddress = desktop ? "host.docker.internal" : (self.hostAddress ?? remoteHost ?? "127.0.0.1");
        return { mode, sees: "shared", shared: self.networks, hostAddress };
      }
      const hidden = addressesHidden || platform !== "linux" || (remoteHost !== undefined && !isLoopback(remoteHost));
      return { mode, sees: hidden ? "nothing" : "bridges", shared: NONE, hostAddress: remoteHost ?? "127.0.0.1" };
    },
    async isSelf(id) {
      return (await (finding ??= find()))?.id === id;
    },
    forget(id) {
      if (id === undefined || known?.id === id) finding = undefined;
    },
  };
}

/** Returns whether the address is on this machine, so that a port bound to loopback is reachable. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

const NONE: ReadonlySet<string> = new Set();
