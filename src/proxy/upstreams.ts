import { isIPv6 } from "node:net";
import Client from "undici/lib/dispatcher/client.js";
import type { Endpoint } from "../core/observation.ts";
import { CONNECT_TIMEOUT_MS, MAX_HEADER_BYTES } from "./limits.ts";

/** An endpoint with what is derived from it once, and its idle connections. */
export interface Upstream {
  readonly endpoint: Endpoint;
  /** `host:port`, an IPv6 literal in brackets. */
  readonly authority: string;
  /** Most recently used last: it is the one that is surest to be alive. */
  readonly idle: Line[];
  released: boolean;
}

/** One connection. A list of these, unlike undici's Pool, is not searched: a thousand open streams cost a request nothing. */
export interface Line {
  readonly client: Client;
  /** It has carried an exchange, so that the upstream may have closed it meanwhile. */
  used: boolean;
}

export interface Upstreams {
  of(endpoint: Endpoint): Upstream;
  take(upstream: Upstream): Line;
  /** A connection that nobody has used. */
  fresh(upstream: Upstream): Line;
  /** Gives a connection back after a whole exchange. */
  give(upstream: Upstream, line: Line): void;
  discard(line: Line): void;
  release(endpoint: Endpoint): void;
  close(): void;
}

export function createUpstreams(): Upstreams {
  const known = new WeakMap<Endpoint, Upstream>();
  const lines = new Map<Line, Upstream>();
  let closed = false;

  function of(endpoint: Endpoint): Upstream {
    let upstream = known.get(endpoint);
    if (upstream === undefined) {
      const { host, port } = endpoint;
      upstream = { endpoint, authority: `${isIPv6(host) ? `[${host}]` : host}:${port}`, idle: [], released: closed };
      known.set(endpoint, upstream);
    }
    return upstream;
  }

  function fresh(upstream: Upstream): Line {
    const client = new Client(`http://${upstream.authority}`, CLIENT_OPTIONS);
    const line = { client, used: false };
    lines.set(line, upstream);
    client.on("disconnect", () => {
      const at = upstream.idle.indexOf(line);
      if (at === -1) return;
      upstream.idle.splice(at, 1);
      discard(line);
    });
    return line;
  }

  function give(upstream: Upstream, line: Line): void {
    line.used = true;
    if (upstream.released || upstream.idle.length >= MOST_IDLE) discard(line);
    else upstream.idle.push(line);
  }

  function discard(line: Line): void {
    lines.delete(line);
    // Not from within the client's own callback.
    process.nextTick(destroy, line.client);
  }

  function drop(upstream: Upstream): void {
    upstream.released = true;
    for (const line of upstream.idle.splice(0)) discard(line);
  }

  return {
    of,
    take: (upstream) => upstream.idle.pop() ?? fresh(upstream),
    fresh,
    give,
    discard,
    release(endpoint) {
      const upstream = known.get(endpoint);
      if (upstream === undefined) return;
      known.delete(endpoint);
      drop(upstream);
    },
    close() {
      closed = true;
      for (const upstream of new Set(lines.values())) drop(upstream);
    },
  };
}

const MOST_IDLE = 256;

/** Below the 5 s after which Node and uvicorn close; a shorter `Keep-Alive: timeout=` of the upstream is heeded. */
const KEEP_ALIVE_MS = 4_000;

const CLIENT_OPTIONS: Client.Options = {
  pipelining: 1, // one slow answer never blocks another
  headersTimeout: 0, // long polls and slow apps: the client decides how long it waits
  bodyTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  keepAliveMaxTimeout: KEEP_ALIVE_MS,
  keepAliveTimeoutThreshold: 1_000,
  maxHeaderSize: MAX_HEADER_BYTES,
  connect: { timeout: CONNECT_TIMEOUT_MS },
};

function destroy(client: Client): void {
  void client.destroy();
}
