import type { IncomingMessage } from "node:http";

/** Whether a page helps the client: a navigation, a submitted form, or the script of our own pages. */
export function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.toLowerCase().includes("text/html") ?? false;
}

/**
 * Whether a browser may be behind a request, so that credentials are sent whatever page caused it. Browsers show it in
 * one of several ways, depending on their age and on whether the gateway is reached by TLS. `Sec-Fetch-Mode` alone is
 * none of them: Node's `fetch` sends it.
 */
export function mayBeBrowser({ headers }: IncomingMessage): boolean {
  return (
    headers.origin !== undefined ||
    headers.cookie !== undefined ||
    headers["sec-fetch-site"] !== undefined ||
    headers["user-agent"]?.startsWith("Mozilla/") === true
  );
}
