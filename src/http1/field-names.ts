/** What a field name means to a proxy. */
export type FieldKind =
  | "plain"
  | "connection"
  | "transfer-encoding"
  /** Hop-by-hop, without further meaning. */
  | "hop"
  | "te"
  | "trailer"
  | "expect"
  | "host"
  | "content-length"
  | "forwarded-for"
  | "forwarded-host"
  | "forwarded-proto"
  | "real-ip"
  /** A statement about the client that only a trusted peer may make. */
  | "claim"
  /** Ours only: `X-Gateway-*`. */
  | "gateway";

export interface FieldName {
  /** As it was sent, in its own letter case. */
  readonly name: string;
  readonly lower: string;
  readonly kind: FieldKind;
}

export type FieldNames = (name: string) => FieldName;

/** Classifies field names and caches them, which is cheaper than examining each one again. */
export function createFieldNames(): FieldNames {
  const known = new Map<string, FieldName>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const lower = name.toLowerCase();
    const entry = Object.freeze({ name, lower, kind: kindOf(lower) });
    if (known.size < MOST_REMEMBERED && name.length <= LONGEST_REMEMBERED) known.set(name, entry);
    return entry;
  };
}

/** Clients choose the names, so the cache is bounded. */
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 64;

/** Returns what a lower-case name means. */
export function kindOf(lower: string): FieldKind {
  const kind = KINDS.get(lower);
  if (kind !== undefined) return kind;
  // CGI and WSGI map dashes and underscores to the same variable: a forged X_Forwarded_For would pass for the real one.
  const dashed = lower.replaceAll("_", "-");
  if (dashed.startsWith("x-gateway-")) return "gateway";
  if (dashed.startsWith("x-forwarded-") || dashed === "x-real-ip") return "claim";
  return "plain";
}

/**
 * RFC 9110 §7.6.1. Proxy-Authenticate and Proxy-Authorization are not on its list: they belong to the proxy that
 * requested them. This one never does, so they are forwarded.
 */
export const KINDS: ReadonlyMap<string, FieldKind> = new Map([
  ["connection", "connection"],
  ["keep-alive", "hop"],
  ["proxy-connection", "hop"],
  ["upgrade", "hop"],
  ["http2-settings", "hop"],
  ["transfer-encoding", "transfer-encoding"],
  ["te", "te"],
  ["trailer", "trailer"],
  ["expect", "expect"],
  ["host", "host"],
  ["content-length", "content-length"],
  ["x-forwarded-for", "forwarded-for"],
  ["x-forwarded-host", "forwarded-host"],
  ["x-forwarded-proto", "forwarded-proto"],
  ["x-real-ip", "real-ip"],
  ["forwarded", "claim"],
]);

/**
 * Returns the names that a Connection field makes hop-by-hop; `undefined` when there are none, which is the usual case.
 */
export function nominatedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return undefined;
  const options = connection.toLowerCase().split(",");
  return new Set(options.map((option) => option.trim()));
}

/**
 * Returns trailers as node:http takes them. Fields for framing, routing or client identity are not allowed in one (RFC
 * 9110 §6.5.1).
 */
export function trailerPairs(names: FieldNames, raw: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const { name, kind } = names(raw[at] ?? "");
    if (kind === "plain") pairs.push([name, raw[at + 1] ?? ""]);
  }
  return pairs;
}
