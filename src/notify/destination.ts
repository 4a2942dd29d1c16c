import type { NotifySettings } from "../core/settings.ts";

/** Where a webhook's messages go, with its credentials taken out of the address. */
export interface Destination {
  readonly origin: string;
  /** Path and query: often a secret. */
  readonly path: string;
  /** The value of `Authorization`; empty: none. */
  readonly authorization: string;
}

/** Reads a webhook's address; `undefined` when it is none. */
export function readDestination(url: string): Destination | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, pathname, search, username, password } = new URL(url);
  const pair = `${decode(username)}:${decode(password)}`;
  const authorization = pair === ":" ? "" : `Basic ${Buffer.from(pair).toString("base64")}`;
  return { origin, path: pathname + search, authorization };
}

/** A webhook's name in messages. The path, the query and the user of its address may be secrets. */
export function webhookName({ url }: NotifySettings, index: number): string {
  return `the webhook gateway.notify[${index}] (${readDestination(url)?.origin ?? "no address"})`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % is meant as it stands
  }
}
