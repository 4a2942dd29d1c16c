import { parseHost } from "./host-name.ts";
import { read, type Reading, unreadable } from "./reading.ts";

/**
 * Parses an item of `host`: a host name, optionally with the port inside the container to which it is routed
 * (`s3.example.com=9000`). Returns it in a normalised form.
 */
export function parseHostPort(text: string): Reading<string> {
  const at = text.lastIndexOf("=");
  if (at === -1) return parseHost(text);
  const host = parseHost(text.slice(0, at));
  if (!host.ok) return host;
  const port = text.slice(at + 1).trim();
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)
    return read(`${host.value}=${Number(port)}`);
  return unreadable(`${JSON.stringify(text.trim().slice(0, 80))} has no valid port after "=" (1 to 65535)`);
}

/** Returns the host of such an item. */
export function hostOf(item: string): string {
  return item.split("=", 1)[0] ?? item;
}

/** Returns the port of such an item, if it has one. */
export function portOf(item: string): number | undefined {
  const port = item.slice(hostOf(item).length + 1);
  return port === "" ? undefined : Number(port);
}

/** Converts a map from hosts to ports, as which the list may be written, to items; other values give invalid items. */
export function hostItems(raw: object): string[] {
  return Object.entries(raw).map(([host, port]) => `${host}=${typeof port === "object" ? "" : port}`);
}

/** Returns one sentence for each host of a list that has two ports. */
export function portConflicts(items: readonly string[]): readonly { readonly at: number; readonly message: string }[] {
  const first = new Map<string, string>();
  return items.flatMap((item, at) => {
    const host = hostOf(item);
    const known = first.get(host) ?? item;
    first.set(host, known);
    if (known === item) return [];
    const [one, other] = [known, item].map((each) => portOf(each) ?? "the container's own");
    return { at, message: `host "${host}" is given two ports: ${one} and ${other}` };
  });
}
