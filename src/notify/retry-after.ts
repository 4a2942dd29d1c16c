/**
 * Parses `Retry-After` (seconds, or a date) as milliseconds from `wallMs` on; `undefined` when it is invalid. RFC 9110,
 * 10.2.3.
 */
export function readRetryAfter(value: string | undefined, wallMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallMs);
}
