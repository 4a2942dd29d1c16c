/** One message of Docker's event stream, as far as we read it. */
interface EventMessage {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Partial<Record<string, string>>> };
}

/** What an event is about: a container of that name, or something that may concern any. */
export interface EventSubject {
  readonly names: readonly (string | undefined)[];
  /** Its process is gone; until Docker has tidied up behind it, which may take a tenth of a second, it tells nobody more. */
  readonly ending: boolean;
  /** The id of a container whose networks changed. */
  readonly rewired: string | undefined;
}

/** Which events are asked for. The ones of `exec`, which health checks make every few seconds, stay in Docker. */
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
 * Tells what one line of the event stream is about; nothing for what is no event. Network events name only ids, so
 * `names` remembers what the events of containers told before.
 */
export function readEvent(line: string, names: Map<string, string>): EventSubject | undefined {
  const message = parse(line);
  if (message?.Actor === undefined) return undefined;
  const { ID: id = "", Attributes: about = {} } = message.Actor;
  if (message.Type === "network") {
    // Podman's are about the container itself.
    const container = about["container"] ?? id;
    return { names: [names.get(container)], ending: false, rewired: container };
  }
  const name = about["name"];
  if (name === undefined) return { names: [undefined], ending: false, rewired: undefined };
  const before = message.Action === "rename" ? (about["oldName"]?.replace(/^\//, "") ?? names.get(id)) : undefined;
  if (message.Action === "destroy" || message.Action === "remove") names.delete(id);
  else names.set(id, name);
  const ending = message.Action === "die" || message.Action === "died";
  return { names: before === undefined ? [name] : [before, name], ending, rewired: undefined };
}

function parse(line: string): EventMessage | undefined {
  try {
    return JSON.parse(line) as EventMessage | undefined;
  } catch {
    return undefined;
  }
}
