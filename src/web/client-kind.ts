import type { IncomingMessage } from "node:http";

/** Whether a page helps whoever asks: a navigation, a form that was sent, or our own pages' script. */
export function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.toLowerCase().includes("text/html") ?? false;
}

/**
 * Whether a browser may be behind a request, so that credentials come with it whoever's page caused it. Browsers say so
 * in one of several ways, depending on their age and on whether the gateway is reached by TLS. `Sec-Fetch-Mode` alone is
 * none of them: it is what Node's `fetch` sends.
 */
export function mayBeBrowser({ headers }: IncomingMessage): boolean {
  return (
    headers.origin !== undefined ||
    headers.cookie !== undefined ||
    headers["sec-fetch-site"] !== undefined ||
    headers["user-agent"]?.startsWith("Mozilla/") === true
  );
}
