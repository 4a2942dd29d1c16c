/** Parses a timestamp of Docker into milliseconds; `undefined` for its zero time. */
export function parseTime(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return ms > 0 ? ms : undefined;
}
