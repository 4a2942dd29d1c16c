/** One container as the labels of another product describe it: from a Compose file, or from Docker. */
export interface Service {
  /** The name in dependencies: the service's, or with Docker the container's. */
  readonly id: string;
  /** The key below `services:` for its labels. */
  readonly service: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports inside the container that are published or exposed. */
  readonly ports: readonly number[];
  readonly dependsOn: readonly ServiceDependency[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly networkMode: string;
}

export interface ServiceDependency {
  readonly id: string;
  /** It is meant to end, not to stay awake. */
  readonly isOneShot: boolean;
}

/** A value of the configuration file. */
export type KeyValue = string | number | readonly string[] | { readonly [key: string]: readonly string[] };

/** The result for one container. */
export interface ImportedContainer {
  /** In Docker. */
  readonly name: string;
  readonly service: string;
  readonly keys: Readonly<Record<string, KeyValue>>;
  /** Ids of its dependencies; they are written as names, or as services in labels. */
  readonly dependsOn: readonly Pick<Service, "container" | "service">[];
  /** What has no equivalent, one line each. */
  readonly comments: readonly string[];
}

/** A whole configuration read from that of another product. */
export interface Imported {
  readonly gateway: Readonly<Record<string, KeyValue>>;
  readonly containers: readonly ImportedContainer[];
  readonly comments: readonly string[];
}
