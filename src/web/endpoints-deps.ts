import type { Emit } from "../core/events.ts";
import type { WorkloadSettings } from "../core/settings.ts";
import type { LogTail } from "../lifecycle/workload/log-tail.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { Clock } from "../lifecycle/ports.ts";
import type { Responder } from "../respond/responder.ts";
import type { ExtraEndpoint } from "./extra-endpoint.ts";

/** What the reserved endpoints need from the rest of the gateway. */
export interface EndpointsDeps {
  readonly lifecycle: Lifecycle;
  readonly clock: Clock;
  readonly logTail: LogTail;
  readonly metrics: { readonly scrape: () => Promise<{ readonly contentType: string; readonly body: Buffer }> };
  readonly events: { readonly emit: Emit; readonly subscribe: (listener: Emit) => () => void };
  /** Returns the current responder, which a reload may replace. */
  readonly responder: () => Responder;
  /** Returns whether an address is that of a trusted proxy. */
  readonly isTrusted: (address: string) => boolean;
  /** Returns the untrusted peers with private addresses that send forwarded fields. */
  readonly untrustedPeers: () => readonly string[];
  /** Returns the faults of a changed configuration that is not applied. */
  readonly refusedConfig: () => readonly string[];
  readonly isDraining: () => boolean;
  /** Returns notes on the configuration for administrators. */
  readonly merged: () => ConfigNotes | undefined;
  /** Returns the settings of a container as shown to people; absent: they are not shown. */
  readonly describeSettings?: (settings: WorkloadSettings) => readonly DescribedSetting[];
  readonly version: string;
  /** Further reserved paths, served by other folders. */
  readonly extras?: readonly ExtraEndpoint[];
}

/** A setting as shown to people. */
export interface DescribedSetting {
  readonly key: string;
  readonly value: string;
  /** The origin: "default", "config.yaml line 12", "label dag.host", "environment ADMIN_AUTH_TOKEN". */
  readonly source: string;
}

/** Notes on the merged configuration for administrators. */
export interface ConfigNotes {
  /** By container. */
  readonly faults: ReadonlyMap<string, readonly ConfigFault[]>;
  /** Returns the origins of a container's settings, by `container.key`. */
  readonly originsOf: (name: string) => ReadonlyMap<string, string>;
}

/** A fault of a label, or of a container. */
export interface ConfigFault {
  readonly place: { readonly kind: string; readonly container?: string; readonly label?: string };
  readonly message: string;
}
