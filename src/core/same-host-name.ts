/**
 * Returns the full name of another workload on the same Docker host or in the same namespace: `db` next to `nas:app` is
 * `nas:db`, next to `kubernetes:shop/app` it is `kubernetes:shop/db`.
 */
export function sameHostName(name: string, other: string): string {
  return name.slice(0, Math.max(name.indexOf(":"), name.lastIndexOf("/")) + 1) + other;
}
