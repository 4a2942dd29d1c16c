import { createHostTable, type HostTable } from "./host-table.ts";
import type { Settings } from "./settings.ts";

/** Creates the check whether a host is one of `admin_hosts`; the host table is rebuilt only when that list changes. */
export function createAdminHosts(settings: () => Settings): (host: string | undefined) => boolean {
  let known: { readonly hosts: readonly string[]; readonly table: HostTable<true> } | undefined;
  return (host) => {
    const { adminHosts: hosts } = settings().gateway;
    if (hosts.length === 0) return false;
    if (known?.hosts !== hosts) known = { hosts, table: createHostTable(hosts.map((one) => [one, true] as const)) };
    return known.table.find(host) === true;
  };
}
