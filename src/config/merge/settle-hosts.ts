/** Somebody who wants to answer for hosts. */
export interface Claim {
  readonly kind: "container" | "group";
  readonly name: string;
  readonly hosts: readonly string[];
  /** It was removed a moment ago: that another one has its hosts by now is as it should be. */
  readonly isDeparted?: boolean;
}

export interface SettledHosts {
  /** What each claim got, in the order of the claims. */
  readonly granted: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

/** Gives every host to one: the earlier claim keeps it, the later one loses that host and is named in a warning. */
export function settleHosts(claims: readonly Claim[]): SettledHosts {
  const owners = new Map<string, Claim>();
  const warnings: string[] = [];
  const granted = claims.map((claim) =>
    claim.hosts.filter((host) => {
      const owner = owners.get(host) ?? claim;
      owners.set(host, owner);
      if (owner === claim) return true;
      if (claim.isDeparted !== true)
        warnings.push(`host "${host}" of ${nameOf(claim)} is not used: ${nameOf(owner)} has it already`);
      return false;
    }),
  );
  return { granted, warnings };
}

function nameOf({ kind, name }: Claim): string {
  return `${kind} "${name}"`;
}
