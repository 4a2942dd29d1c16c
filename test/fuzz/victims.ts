/** Where victims come from (`127.201.…`), by which the gateway's process knows them. */
export const VICTIM_NET = 201;

/** The variable that holds the port of the victims' app. */
export const VICTIM_PORT = "FUZZ_VICTIM_PORT";

interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** Whether something in the gateway's process belongs to a victim: its connection, or that of its message. */
export function isOfVictim(thing: object): boolean {
  const ends = endsOf(thing);
  if (ends === undefined) return false;
  const isClient = ends.remoteAddress?.startsWith(`127.${VICTIM_NET}.`) === true;
  return isClient || String(ends.remotePort) === process.env[VICTIM_PORT];
}

function endsOf(
  thing: Ends & { readonly socket?: Ends | null; readonly req?: { readonly socket?: Ends } },
): Ends | undefined {
  return "remoteAddress" in thing ? thing : (thing.socket ?? thing.req?.socket ?? undefined);
}
