import type { ClientFacts } from "./pages.ts";

/** When a page reloads by itself, and from where; absent `to`: from its own address. */
export interface Reload {
  readonly afterS: number;
  readonly to?: string;
}

/**
 * Makes a page reload by itself with a header field: the Content-Security-Policy of a front blocks scripts and <meta>,
 * but no header. The address has no fragment, since Chromium treats a refresh of an address with one as a jump within
 * the page. It is the query alone, which keeps the path that the browser shows (RFC 3986 §5.3): a front may strip a prefix.
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

/** nginx refuses heads of 4 KB and more (`proxy_buffer_size`). */
const LONGEST_ADDRESS = 1_000;
