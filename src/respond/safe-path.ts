/**
 * Returns the path and query of a redirect, or "" if it would leave the host (`//evil`, `/\evil`, `/<tab>/evil`,
 * `javascript:`). Parses it as a browser does.
 */
export function safePath(path: string): string {
  if (!path.startsWith("/")) return "";
  const base = "http://gateway.invalid";
  const url = URL.parse(path, base);
  if (url === null || url.origin !== base) return "";
  return url.pathname.startsWith("//") ? "" : url.pathname + url.search + url.hash;
}
