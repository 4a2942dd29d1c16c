import { hostOf } from "../schema/host-port.ts";

/** A group or container that claims hosts. */
export interface Claim {
  readonly kind: "container" | "group";
  readonly name: string;
  /** A port (`host=port`) does not make it another host. */
  readonly hosts: readonly string[];
  /** It was just removed, so no warning is given if a successor already has its hosts. */
  readonly isDeparted?: boolean;
}

/** The result of all claims. */
export interface SettledHosts {
  /** The hosts that each claim gets, in the order of the claims. */
  readonly granted: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

/** Gives every host to its first claim, and warns of each later one. */
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
