/** The name that another container on the same Docker host has: `db` on the host of `nas:app` is `nas:db`. */
export function sameHostName(name: string, other: string): string {
  return name.slice(0, name.indexOf(":") + 1) + other;
}
