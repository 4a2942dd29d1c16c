/** A fault of the configuration with its place. */
export interface Fault {
  readonly place: FaultPlace;
  /** The path of the key, such as `containers[2].idle_timout`; empty for the whole file or variable. */
  readonly key: string;
  /** One sentence without a full stop; it never contains a secret. */
  readonly message: string;
}

/** Where a fault is. */
export type FaultPlace =
  | { readonly kind: "file"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "label"; readonly container: string; readonly label: string }
  | { readonly kind: "container"; readonly container: string };

/** Formats a fault as one line: `config.yaml:12:5: containers[2].idle_timout: unknown key; …`. */
export function formatFault({ place, key, message }: Fault): string {
  return [formatPlace(place), key, message].filter((part) => part !== "").join(": ");
}

/** Creates a fault of a label, which disables only that label. */
export function labelFault(container: string, label: string, message: string): Fault {
  return { place: { kind: "label", container, label }, key: "", message };
}

/** Creates a fault of a container that no label causes. */
export function containerFault(container: string, message: string): Fault {
  return { place: { kind: "container", container }, key: "", message };
}

/** Sorts faults: environment first, then the file from top to bottom. */
export function byPlace(a: Fault, b: Fault): number {
  return lineOf(a) - lineOf(b) || columnOf(a) - columnOf(b);
}

function formatPlace(place: FaultPlace): string {
  switch (place.kind) {
    case "file":
      return place.line > 0 ? `${place.file}:${place.line}:${place.column}` : place.file;
    case "environment":
      return `environment variable ${place.variable}`;
    case "label":
      return `container "${place.container}": label ${place.label}`;
    case "container":
      return `container "${place.container}"`;
  }
}

function lineOf({ place }: Fault): number {
  return place.kind === "file" ? place.line : -1;
}

function columnOf({ place }: Fault): number {
  return place.kind === "file" ? place.column : -1;
}
