/** One finding about a front: it is right, something is missing, or something is worth knowing. */
export interface Finding {
  readonly kind: "ok" | "missing" | "note";
  /** What was found, and what to do next. */
  readonly text: string;
}

/** Returns a finding that something is right. */
export function ok(text: string): Finding {
  return { kind: "ok", text };
}

/** Returns a finding that something must change before requests are answered as intended. */
export function missing(text: string): Finding {
  return { kind: "missing", text };
}

/** Returns a finding that something is worth knowing, though it works. */
export function note(text: string): Finding {
  return { kind: "note", text };
}

/** Returns a host without its port: fronts match names only. */
export function bareHost(host: string): string {
  return host.replace(/(?<=[^:]):\d+$/, "");
}

/** Whether a pattern such as `*.example.com` covers a host; a star is one label, as in certificates. */
export function coversHost(pattern: string, host: string): boolean {
  const wanted = bareHost(host).split(".");
  const given = bareHost(pattern.toLowerCase()).split(".");
  return given.length === wanted.length && given.every((label, index) => label === "*" || label === wanted[index]);
}
