/** What a header name means to a proxy. */
export type FieldKind =
  | "plain"
  | "connection"
  | "transfer-encoding"
  /** Of one connection only, and no more to it than that. */
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
  /** Something else that only a trusted peer may say about its client. */
  | "claim"
  /** Ours alone: `X-Gateway-*`. */
  | "gateway";

export interface FieldName {
  /** As it was sent: letter case is kept. */
  readonly name: string;
  readonly lower: string;
  readonly kind: FieldKind;
}

export type FieldNames = (name: string) => FieldName;

/** Knows header names; those seen before are remembered, which is cheaper than looking at each one again. */
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

/** Strangers write names, so that the memory of them is bounded. */
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 64;

/** What a name in lower case means. */
export function kindOf(lower: string): FieldKind {
  const kind = KINDS.get(lower);
  if (kind !== undefined) return kind;
  // CGI and WSGI make one variable of dashes and underscores: a forged X_Forwarded_For would pass for the real one.
  const dashed = lower.replaceAll("_", "-");
  if (dashed.startsWith("x-gateway-")) return "gateway";
  if (dashed.startsWith("x-forwarded-") || dashed === "x-real-ip") return "claim";
  return "plain";
}

/**
 * RFC 9110 §7.6.1. Proxy-Authenticate and Proxy-Authorization are not on its list: they are for the proxy that asked for
 * them, and we never ask, so that they are the app's and the client's own business.
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

/** The names that a Connection header makes hop-by-hop; `undefined` when there are none, which is nearly always. */
export function nominatedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return undefined;
  const nominated = new Set(
    connection
      .toLowerCase()
      .split(",")
      .map((option) => option.trim()),
  );
  return nominated.size === 0 ? undefined : nominated;
}
