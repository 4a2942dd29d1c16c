/** The result of parsing one text: its value, or one sentence about the fault (which never repeats a secret). */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

/** A text that could be parsed. */
export function read<T>(value: T): Reading<T> {
  return { ok: true, value };
}

/** A text that could not be parsed, and why. */
export function unreadable(fault: string): Reading<never> {
  return { ok: false, fault };
}
