/** The fields of Docker's event messages that are read. */
interface EventMessage {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Partial<Record<string, string>>> };
}

/** What an event is about: the container with this name, or without a name any container. */
export interface EventSubject {
  readonly names: readonly (string | undefined)[];
  /** The container's id, and Docker's name of the event. */
  readonly id: string;
  readonly action: string;
  /** The number of the signal that was sent; empty for other events. */
  readonly signal: string;
  /** Its former name; `undefined` unless it was renamed. */
  readonly from: string | undefined;
  /** The id of a container whose networks changed. */
  readonly rewired: string | undefined;
}

/** The events to request. Docker leaves out those of `exec`, which health checks cause every few seconds. */
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
    // Podman's names of "die" and "destroy", which its filter requires.
    "died",
    "remove",
  ],
};

/**
 * Parses one line of the event stream; `undefined` for an invalid one. Network events contain only ids, so `names`
 * keeps the names from earlier container events.
 */
export function readEvent(line: string, names: Map<string, string>): EventSubject | undefined {
  const message = parse(line);
  if (message?.Actor === undefined) return undefined;
  const { ID: id = "", Attributes: about = {} } = message.Actor;
  const action = message.Action ?? "";
  if (message.Type === "network") {
    // In Podman's events the actor is the container.
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
