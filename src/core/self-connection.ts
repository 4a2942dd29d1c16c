/** The two ends of a connection, as a socket has them. */
interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * Returns true for a connection to itself, where nothing listens: a connect to an ephemeral port of this machine may
 * get the same port for its own end, and then succeeds (RFC 9293 §3.5, simultaneous open).
 */
export function meetsItself({ localAddress, localPort, remoteAddress, remotePort }: Ends): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
