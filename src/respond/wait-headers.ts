/** Returns the fields of every response after a wait, flat: how long the request was held. Empty without a wait. */
export function waitHeaders(waitedMs: number): readonly string[] {
  if (waitedMs <= 0) return [];
  const ms = Math.round(waitedMs);
  return ["X-Gateway-Wake", `cold; dur=${ms}`, "Server-Timing", `wake;dur=${ms}`];
}
