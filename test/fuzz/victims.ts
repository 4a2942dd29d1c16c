/** How a victim's connections are made to fail: in calls that handlers make, or before a handler does anything. */
export type Injection = "calls" | "handlers";

/** Where victims come from (`127.x.…`), by which the gateway's process knows them. */
export const VICTIM_NETS: Readonly<Record<Injection, number>> = { calls: 201, handlers: 202 };

/** The variable that holds the ports of the victims' apps, as JSON. */
export const VICTIM_PORTS = "FUZZ_VICTIM_PORTS";

interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** Whether something in the gateway's process belongs to a victim: its connection, or that of its message. */
export function isVictimOf(injection: Injection, thing: object): boolean {
  const ends = endsOf(thing);
  if (ends === undefined) return false;
  const isClient = ends.remoteAddress?.startsWith(`127.${VICTIM_NETS[injection]}.`) === true;
  return isClient || ends.remotePort === ports()[injection];
}

function endsOf(
  thing: Ends & { readonly socket?: Ends | null; readonly req?: { readonly socket?: Ends } },
): Ends | undefined {
  return "remoteAddress" in thing ? thing : (thing.socket ?? thing.req?.socket ?? undefined);
}

let known: Partial<Record<Injection, number>> | undefined;

function ports(): Partial<Record<Injection, number>> {
  return (known ??= JSON.parse(process.env[VICTIM_PORTS] ?? "{}") as Partial<Record<Injection, number>>);
}
