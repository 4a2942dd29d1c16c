/** A finding about a front: something is right, missing, or worth knowing. */
export interface Finding {
  readonly kind: "ok" | "missing" | "note";
  /** What was found, and what to do. */
  readonly text: string;
}

/** Creates a finding that something is right. */
export function ok(text: string): Finding {
  return { kind: "ok", text };
}

/** Creates a finding that something must be changed. */
export function missing(text: string): Finding {
  return { kind: "missing", text };
}

/** Creates a finding that something is worth knowing. */
export function note(text: string): Finding {
  return { kind: "note", text };
}

/** Removes the port of a host, because fronts only match names. */
export function bareHost(host: string): string {
  return host.replace(/(?<=[^:]):\d+$/, "");
}

/**
 * Returns whether a pattern such as `*.example.com` covers a host; the star stands for one label, as in certificates.
 */
export function coversHost(pattern: string, host: string): boolean {
  const wanted = bareHost(host).split(".");
  const given = bareHost(pattern.toLowerCase()).split(".");
  return given.length === wanted.length && given.every((label, index) => label === "*" || label === wanted[index]);
}
