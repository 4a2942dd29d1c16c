import type { NotifySettings } from "../core/settings.ts";

/** Where the messages of a webhook go, with its credentials removed from the address. */
export interface Destination {
  readonly origin: string;
  /** Path and query, which are often secret. */
  readonly path: string;
  /** The value of `Authorization`; empty: none. */
  readonly authorization: string;
}

/** Parses the address of a webhook; `undefined` when it is invalid. */
export function readDestination(url: string): Destination | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, pathname, search, username, password } = new URL(url);
  const pair = `${decode(username)}:${decode(password)}`;
  const authorization = pair === ":" ? "" : `Basic ${Buffer.from(pair).toString("base64")}`;
  return { origin, path: pathname + search, authorization };
}

/** Returns the name of a webhook in messages. The path, the query and the user of its address may be secrets. */
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
