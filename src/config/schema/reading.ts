/** The result of parsing a text: its value, or one sentence about the fault, which never contains a secret. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

/** Creates the result of a text that was parsed. */
export function read<T>(value: T): Reading<T> {
  return { ok: true, value };
}

/** Creates the result of a text that could not be parsed. */
export function unreadable(fault: string): Reading<never> {
  return { ok: false, fault };
}
