/** One line about a front: it is as it must be, something is missing, or something is worth knowing. */
export interface Finding {
  readonly kind: "ok" | "missing" | "note";
  /** What was seen, and what to do next. */
  readonly text: string;
}

/** That something is as it must be. */
export function ok(text: string): Finding {
  return { kind: "ok", text };
}

/** That something must change before requests are answered as they should be. */
export function missing(text: string): Finding {
  return { kind: "missing", text };
}

/** That something is worth knowing, though it works. */
export function note(text: string): Finding {
  return { kind: "note", text };
}

/** Without its port: fronts match names alone. */
export function bareHost(host: string): string {
  return host.replace(/(?<=[^:]):\d+$/, "");
}

/** Whether a pattern such as `*.example.com` covers a host; a star is one label, as certificates have it. */
export function coversHost(pattern: string, host: string): boolean {
  const wanted = bareHost(host).split(".");
  const given = bareHost(pattern.toLowerCase()).split(".");
  return given.length === wanted.length && given.every((label, index) => label === "*" || label === wanted[index]);
}
