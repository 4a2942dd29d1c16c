/**
 * The name that another workload of the same Docker host, or of the same namespace of a cluster, has: `db` on the host of
 * `nas:app` is `nas:db`, in the namespace of `kubernetes:shop/app` it is `kubernetes:shop/db`.
 */
export function sameHostName(name: string, other: string): string {
  return name.slice(0, Math.max(name.indexOf(":"), name.lastIndexOf("/")) + 1) + other;
}
