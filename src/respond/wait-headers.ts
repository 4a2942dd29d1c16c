/** What every answer after a wait carries, flat: how long its client waited. Nothing for whoever did not wait. */
export function waitHeaders(waitedMs: number): readonly string[] {
  if (waitedMs <= 0) return [];
  const ms = Math.round(waitedMs);
  return ["X-Gateway-Wake", `cold; dur=${ms}`, "Server-Timing", `wake;dur=${ms}`];
}
