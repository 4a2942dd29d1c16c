import type { AddressMode } from "../../core/settings.ts";
import type { DockerClient } from "./client.ts";
import { findSelf, isForbidden, type Self } from "./find-self.ts";

/** From where the gateway reaches containers, which determines the usable addresses. */
export interface Viewpoint {
  readonly mode: AddressMode;
  /**
   * Which addresses of containers are reachable: those on networks shared with the gateway's own container, those on
   * any bridge (the gateway runs on the Linux host), or none (Docker is in a virtual machine, rootless, or remote).
   */
  readonly sees: "shared" | "bridges" | "nothing";
  /** Networks of the gateway's own container. */
  readonly shared: ReadonlySet<string>;
  /** Where ports of the Docker host are found from here. */
  readonly hostAddress: string;
}

/** Caches the gateway's own container until something happens to it. */
export interface SelfFinder {
  viewpoint(mode: AddressMode): Promise<Viewpoint>;
  /** Whether this is the id of the gateway's own container. */
  isSelf(id: string): Promise<boolean>;
  /** Searches again at the next call, if that container is ours (or whenever no id is given). */
  forget(id?: string): void;
}

/** Creates a finder; `platform` is Node's, because containers have no addresses of their own outside Linux. */
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

/** Nothing leaves the machine on the way there, so a port bound to loopback only is reachable. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

const NONE: ReadonlySet<string> = new Set();
