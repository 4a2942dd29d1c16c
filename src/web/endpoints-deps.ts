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
  readonly metrics: { readonly scrape: () => Promise<{ readonly contentType: string; readonly body: string }> };
  readonly events: { readonly emit: Emit; readonly subscribe: (listener: Emit) => () => void };
  /** The current one: a reload may replace it. */
  readonly responder: () => Responder;
  /** Whether an address is that of a trusted proxy. */
  readonly isTrusted: (address: string) => boolean;
  /** Private peers that send forwarded fields without being trusted. */
  readonly untrustedPeers: () => readonly string[];
  readonly isDraining: () => boolean;
  /** What is worth showing of the configuration in addition to the settings. */
  readonly merged: () => ConfigNotes | undefined;
  /** All settings of a container for people; absent: they are not shown. */
  readonly describeSettings?: (settings: WorkloadSettings) => readonly DescribedSetting[];
  readonly version: string;
  /** More reserved paths, served by other folders. */
  readonly extras?: readonly ExtraEndpoint[];
}

/** One setting for people. */
export interface DescribedSetting {
  readonly key: string;
  readonly value: string;
  /** "default", "config.yaml line 12", "label dag.host", "environment ADMIN_AUTH_TOKEN". */
  readonly source: string;
}

/** The part of a merged configuration that is shown to administrators. */
export interface ConfigNotes {
  /** By container. */
  readonly faults: ReadonlyMap<string, readonly ConfigFault[]>;
  /** Where the settings of a container came from, by `container.key`. */
  readonly originsOf: (name: string) => ReadonlyMap<string, string>;
}

/** What is wrong with a label, or with a container by its name. */
export interface ConfigFault {
  readonly place: { readonly kind: string; readonly container?: string; readonly label?: string };
  readonly message: string;
}
