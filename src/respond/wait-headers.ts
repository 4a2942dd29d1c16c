/** Returns the fields that report how long a request was held, flat; empty if it was not. */
export function waitHeaders(waitedMs: number): readonly string[] {
  if (waitedMs <= 0) return [];
  const ms = Math.round(waitedMs);
  return ["X-Gateway-Wake", `cold; dur=${ms}`, "Server-Timing", `wake;dur=${ms}`];
}
