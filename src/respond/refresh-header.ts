import type { ClientFacts } from "./pages.ts";

/** When a page reloads by itself, and from which path; absent `to`: from its own address. */
export interface Reload {
  readonly afterS: number;
  readonly to?: string;
}

/**
 * Returns a Refresh field, which makes a page reload by itself even if the Content-Security-Policy of a front blocks
 * scripts and <meta>. Its address has no fragment, because Chromium would only jump within the page; and only a query,
 * so that the browser keeps the path that it shows (RFC 3986 §5.3), from which a front may have stripped a prefix.
 */
export function refreshHeader({ afterS, to }: Reload, { target }: ClientFacts): readonly string[] {
  const [address = ""] = (to || queryOf(target)).split("#");
  const value = address === "" || address.length > LONGEST_ADDRESS ? String(afterS) : `${afterS}; url=${address}`;
  return ["Refresh", value];
}

function queryOf(target: string | undefined): string {
  if (target === undefined) return "";
  const [, query = ""] = /^[^?#]*\?([^#]*)/u.exec(target) ?? [];
  return `?${query}`;
}

/** nginx refuses response heads from 4 KB on (`proxy_buffer_size`). */
const LONGEST_ADDRESS = 1_000;
