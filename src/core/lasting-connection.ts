/** What settles whether an open connection without payload is in use. */
export interface ConnectionFacts {
  /** The remote ends of the connections at two readings; `undefined` if they cannot be seen. */
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
  /** The first reading has already shown such use, so that it lasted at least until then. */
  readonly wasUsed: boolean;
  /** For how long there has been no payload. */
  readonly silentMs: number;
  /** Traefik forwards directly, so an idle connection is its own. */
  readonly isDirect: boolean;
  /** A front may have let a stream through, such as a WebSocket. */
  readonly mayStream: boolean;
}

/**
 * Returns whether a silent connection is in use, like a WebSocket without pings. A front keeps idle connections for later requests,
 * so only a connection that outlives them is in use: Traefik closes its own after 90 s, Caddy after 120 s, nginx after 60 s. Envoy
 * keeps them for an hour, so without a stream nothing but Traefik's are counted.
 */
export function isLastingUse(facts: ConnectionFacts): boolean {
  const { before = [], after = [], wasUsed, silentMs, isDirect, mayStream } = facts;
  const outlivesPools = isDirect ? silentMs > TRAEFIK_POOL_MS : mayStream && silentMs > LONGEST_POOL_MS;
  return outlivesPools && before.some((remote) => wasUsed || after.includes(remote));
}

const TRAEFIK_POOL_MS = 95_000;
const LONGEST_POOL_MS = 125_000;
