/** What became of one text: its value, or one sentence that says what is wrong (it never repeats a secret). */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

/** A text that could be read. */
export function read<T>(value: T): Reading<T> {
  return { ok: true, value };
}

/** A text that could not be read, and why. */
export function unreadable(fault: string): Reading<never> {
  return { ok: false, fault };
}
