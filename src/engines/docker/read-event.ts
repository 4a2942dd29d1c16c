/** One message of Docker's event stream, as far as it is read here. */
interface EventMessage {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Partial<Record<string, string>>> };
}

/** The subject of an event: a container of that name, or something that may concern any. */
export interface EventSubject {
  readonly names: readonly (string | undefined)[];
  /** The container's id, and what happened to it in Docker's words. */
  readonly id: string;
  readonly action: string;
  /** The signal that it was sent, as a number; else empty. */
  readonly signal: string;
  /** Its name before this event; `undefined` unless that changed. */
  readonly from: string | undefined;
  /** The id of a container whose networks changed. */
  readonly rewired: string | undefined;
}

/** Which events are requested. Those of `exec`, which health checks cause every few seconds, are filtered by Docker. */
export const EVENT_FILTERS = {
  type: ["container", "network"],
  event: [
    "create",
    "start",
    "die",
    "stop",
    "pause",
    "unpause",
    "destroy",
    "rename",
    "health_status",
    "oom",
    "kill",
    "update",
    "connect",
    "disconnect",
    // Podman's own words, which its filter knows instead of "die" and "destroy".
    "died",
    "remove",
  ],
};

/**
 * Returns what one line of the event stream is about; nothing for an invalid one. Network events contain only ids, so
 * `names` keeps those from earlier container events.
 */
export function readEvent(line: string, names: Map<string, string>): EventSubject | undefined {
  const message = parse(line);
  if (message?.Actor === undefined) return undefined;
  const { ID: id = "", Attributes: about = {} } = message.Actor;
  const action = message.Action ?? "";
  if (message.Type === "network") {
    // Podman's are about the container itself.
    const container = about["container"] ?? id;
    return { ...subject(names.get(container), container, action), rewired: container };
  }
  const name = about["name"];
  if (name === undefined) return subject(undefined, id, action);
  const from = action === "rename" ? (about["oldName"]?.replace(/^\//, "") ?? names.get(id)) : undefined;
  if (action === "destroy" || action === "remove") names.delete(id);
  else names.set(id, name);
  const change = { ...subject(name, id, action), signal: about["signal"] ?? "", from };
  return from === undefined ? change : { ...change, names: [from, name] };
}

function subject(name: string | undefined, id: string, action: string): EventSubject {
  return { names: [name], id, action, signal: "", from: undefined, rewired: undefined };
}

function parse(line: string): EventMessage | undefined {
  try {
    return JSON.parse(line) as EventMessage | undefined;
  } catch {
    return undefined;
  }
}
