/** A container with labels of another product, from a Compose file or from Docker. */
export interface Service {
  /** The name in dependencies: that of the service, or with Docker that of the container. */
  readonly id: string;
  /** The key below `services:` for its labels. */
  readonly service: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The published or exposed ports inside the container. */
  readonly ports: readonly number[];
  readonly dependsOn: readonly ServiceDependency[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly networkMode: string;
}

/** A dependency of a service. */
export interface ServiceDependency {
  readonly id: string;
  /** The dependency must complete (`service_completed_successfully`). */
  readonly isOneShot: boolean;
}

/** A value of the configuration file. */
export type KeyValue = string | number | readonly string[] | { readonly [key: string]: readonly string[] };

/** The converted settings of a container. */
export interface ImportedContainer {
  /** Its name in Docker. */
  readonly name: string;
  readonly service: string;
  readonly keys: Readonly<Record<string, KeyValue>>;
  /** Its dependencies, which are written by container, or in labels by service. */
  readonly dependsOn: readonly Pick<Service, "container" | "service">[];
  /** Settings without an equivalent, one line each. */
  readonly comments: readonly string[];
}

/** A configuration that was converted from another product's. */
export interface Imported {
  readonly gateway: Readonly<Record<string, KeyValue>>;
  readonly containers: readonly ImportedContainer[];
  readonly comments: readonly string[];
}
