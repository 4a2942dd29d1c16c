/**
 * The path and query of a redirect, or "" when it would lead to another host (`//evil`, `/\evil`, `/<tab>/evil`,
 * `javascript:`): it is read as a browser would, and must stay on the host that it starts from.
 */
export function safePath(path: string): string {
  if (!path.startsWith("/")) return "";
  const base = "http://gateway.invalid";
  const url = URL.parse(path, base);
  if (url === null || url.origin !== base) return "";
  return url.pathname.startsWith("//") ? "" : url.pathname + url.search + url.hash;
}
