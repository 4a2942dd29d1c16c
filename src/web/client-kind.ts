import type { IncomingMessage } from "node:http";

/** Returns whether the client can show a page: a navigation, a submitted form, or the script of our own pages. */
export function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.toLowerCase().includes("text/html") ?? false;
}

/**
 * Returns whether a request may come from a browser, which sends credentials regardless of the page that caused the
 * request. Browsers differ in the fields that show this, depending on their age and on TLS. `Sec-Fetch-Mode` alone
 * proves nothing, because Node's `fetch` sends it.
 */
export function mayBeBrowser({ headers }: IncomingMessage): boolean {
  return (
    headers.origin !== undefined ||
    headers.cookie !== undefined ||
    headers["sec-fetch-site"] !== undefined ||
    headers["user-agent"]?.startsWith("Mozilla/") === true
  );
}
