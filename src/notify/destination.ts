import type { NotifySettings } from "../core/settings.ts";

/** The address of a webhook, without its credentials. */
export interface Destination {
  readonly origin: string;
  /** Path and query, which are often secret. */
  readonly path: string;
  /** The value of the Authorization field; empty: none. */
  readonly authorization: string;
}

/** Parses the address of a webhook; `undefined` if it is invalid. */
export function readDestination(url: string): Destination | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, pathname, search, username, password } = new URL(url);
  const pair = `${decode(username)}:${decode(password)}`;
  const authorization = pair === ":" ? "" : `Basic ${Buffer.from(pair).toString("base64")}`;
  return { origin, path: pathname + search, authorization };
}

/** Returns the name of a webhook for logs, without path, query and user of its address, which may be secrets. */
export function webhookName({ url }: NotifySettings, index: number): string {
  return `the webhook gateway.notify[${index}] (${readDestination(url)?.origin ?? "no address"})`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % is literal
  }
}
