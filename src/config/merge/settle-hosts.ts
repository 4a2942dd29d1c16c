import { hostOf } from "../schema/host-port.ts";

/** A group or container that claims hosts. */
export interface Claim {
  readonly kind: "container" | "group";
  readonly name: string;
  /** A host may name its port (`host=port`), which makes it no other host. */
  readonly hosts: readonly string[];
  /** It was just removed: that another one already has its hosts is expected. */
  readonly isDeparted?: boolean;
}

export interface SettledHosts {
  /** The hosts of each claim, in the order of the claims. */
  readonly granted: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

/** Gives every host to one: the earlier claim keeps it, the later one loses it and is named in a warning. */
export function settleHosts(claims: readonly Claim[]): SettledHosts {
  const owners = new Map<string, Claim>();
  const warnings: string[] = [];
  const granted = claims.map((claim) =>
    claim.hosts.filter((item) => {
      const host = hostOf(item);
      const owner = owners.get(host) ?? claim;
      owners.set(host, owner);
      if (owner === claim) return true;
      if (claim.isDeparted !== true)
        warnings.push(`host "${host}" of ${nameOf(claim)} is not used: ${nameOf(owner)} already has it`);
      return false;
    }),
  );
  return { granted, warnings };
}

function nameOf({ kind, name }: Claim): string {
  return `${kind} "${name}"`;
}
