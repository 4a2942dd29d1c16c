/** One container as another product's labels describe it: from a Compose file, or from Docker. */
export interface Service {
  /** What others depend on it by: the service's name, or the container's where Docker was asked. */
  readonly id: string;
  /** The key below `services:` that labels are printed under. */
  readonly service: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports inside of the container that are published or exposed. */
  readonly ports: readonly number[];
  readonly dependsOn: readonly ServiceDependency[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly networkMode: string;
}

export interface ServiceDependency {
  readonly id: string;
  /** It is to run to its end, and not to be awake. */
  readonly isOneShot: boolean;
}

/** A value of the configuration file. */
export type KeyValue = string | number | readonly string[] | { readonly [key: string]: readonly string[] };

/** What becomes of one container. */
export interface ImportedContainer {
  /** In Docker. */
  readonly name: string;
  readonly service: string;
  readonly keys: Readonly<Record<string, KeyValue>>;
  /** Ids of what it depends on; they are written as names, or as services in labels. */
  readonly dependsOn: readonly Pick<Service, "container" | "service">[];
  /** What has no equivalent, one line each. */
  readonly comments: readonly string[];
}

/** A whole configuration read from another product's. */
export interface Imported {
  readonly gateway: Readonly<Record<string, KeyValue>>;
  readonly containers: readonly ImportedContainer[];
  readonly comments: readonly string[];
}
