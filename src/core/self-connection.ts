/** The two ends of a connection, as a socket has them. */
interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * True where nobody listens: a connection to a port of this machine from which the system makes connections may be given
 * just that port for its own end, and then meets itself (RFC 9293 §3.5, simultaneous open).
 */
export function meetsItself({ localAddress, localPort, remoteAddress, remotePort }: Ends): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
