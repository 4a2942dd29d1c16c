/** A port on which an app may listen; `afterMs`: not to be believed before its container has run so long. */
export interface PortToTry {
  readonly port: number;
  readonly afterMs: number;
}

const HTTP_PORT = 80;
/** An image that exposes 80 means it; its other port may be one that opens first (metrics, WebSockets). */
const SECOND_CHOICE_AFTER_MS = 3_000;

/**
 * Where an app without `target_port` is looked for, the likeliest first, given the TCP ports that its image exposes. People
 * move ports, so that 80 is tried beside the one that is exposed; on a network of others (`isShared`) 80 may be theirs.
 */
export function portsToTry(exposed: readonly number[], isShared: boolean): readonly PortToTry[] {
  const [other, ...more] = exposed.filter((port) => port !== HTTP_PORT);
  const http = { port: HTTP_PORT, afterMs: 0 };
  if (other === undefined || more.length > 0) return [http];
  const tries = exposed.includes(HTTP_PORT)
    ? [http, { port: other, afterMs: SECOND_CHOICE_AFTER_MS }]
    : [{ port: other, afterMs: 0 }, http];
  return isShared ? tries.slice(0, 1) : tries;
}
