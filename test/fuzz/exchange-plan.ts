/** What a request on the wire deserves. */
export type Verdict =
  /** The app answers it. */
  | "good"
  /** The gateway answers it by itself, and the next one may follow. */
  | "own"
  /** It never reaches the app as a whole; an error or nothing follows, and the connection ends. */
  | "broken"
  /** Good or broken: RFC 9112 leaves both to the recipient. */
  | "lenient";

/** A request on the wire, and what the app must see of it. */
export interface WireRequest {
  readonly bytes: string;
  readonly verdict: Verdict;
  readonly method: string;
  readonly target: string;
  readonly body: string;
  /** Fields that the app must see, their names in lower case. */
  readonly passed: readonly (readonly [name: string, value: string])[];
  /** Fields that the app must not see. */
  readonly dropped: readonly string[];
  /** It requests an upgrade. */
  readonly isUpgrade: boolean;
}

/** What becomes of an answer of the app. */
export type Validity =
  /** The client gets it, all of it. */
  | "whole"
  /** The client must not take what it gets for a whole answer of the app. */
  | "fault"
  /** Either. */
  | "lenient";

/** An answer of the app on the wire. */
export interface WireReply {
  readonly pieces: readonly { readonly bytes: string; readonly pauseMs: number }[];
  readonly end: "keep" | "fin" | "reset";
  readonly validity: Validity;
  readonly status: number;
  readonly body: string;
  /** It is sent as soon as the request's head has been read. */
  readonly isEarly: boolean;
  /** Follows a moment later, when the connection is free again. */
  readonly late: string;
}

/** A request and the app's answer to it, each as the name of a shape and the seed of its choices. */
export interface Part {
  readonly request: Drawn;
  readonly reply: Drawn;
}

/** A name among the shapes of a table, and the seed of the choices in it. */
export interface Drawn {
  readonly shape: string;
  readonly seed: string;
}

/** What one client sends, and how. */
export interface ConnectionPlan {
  readonly parts: readonly Part[];
  /** Where the bytes are cut into writes, in thousandths of them all, and how long the client pauses there. */
  readonly cuts: readonly { readonly at: number; readonly pauseMs: number }[];
  /** Unset: the client waits for every answer. `at`, in thousandths: what follows is not sent. */
  readonly leaving: Leaving | undefined;
}

/** How a client ends a connection by itself. */
export interface Leaving {
  readonly how: "fin" | "reset";
  readonly at: number;
  /** It is sent when so many bytes of responses have been received, or after `pauseMs`; 0: at once. */
  readonly received: number;
  readonly pauseMs: number;
}

/** Connections that are open at the same time. */
export interface ExchangePlan {
  readonly connections: readonly ConnectionPlan[];
}

/** Returns how much a plan sends. */
export function exchangeSize({ connections }: ExchangePlan): { connections: number; requests: number } {
  return {
    connections: connections.length,
    requests: connections.reduce((sum, { parts }) => sum + parts.length, 0),
  };
}

/** Everything smaller that may fail in the same way, the smallest first. */
export function* smallerPlans({ connections }: ExchangePlan): Iterable<ExchangePlan> {
  if (connections.length > 1) {
    for (const one of connections) yield { connections: [one] };
    for (const gone of connections) yield { connections: connections.filter((one) => one !== gone) };
  }
  for (const [index, connection] of connections.entries()) {
    for (const smaller of smallerConnections(connection)) yield { connections: connections.with(index, smaller) };
  }
}

function* smallerConnections(connection: ConnectionPlan): Iterable<ConnectionPlan> {
  const { parts, cuts, leaving } = connection;
  if (parts.length > 1) {
    for (const gone of parts) yield { ...connection, parts: parts.filter((part) => part !== gone) };
  }
  if (cuts.length > 0) yield { ...connection, cuts: [] };
  if (cuts.length > 1) for (const gone of cuts) yield { ...connection, cuts: cuts.filter((cut) => cut !== gone) };
  if (leaving !== undefined) yield { ...connection, leaving: undefined };
  if (leaving !== undefined && leaving.at < 1000) yield { ...connection, leaving: { ...leaving, at: 1000 } };
  for (const [index, part] of parts.entries()) {
    for (const smaller of smallerParts(part)) yield { ...connection, parts: parts.with(index, smaller) };
  }
}

function* smallerParts({ request, reply }: Part): Iterable<Part> {
  if (request.shape !== PLAINEST.shape) yield { request: PLAINEST, reply };
  if (request.seed !== PLAINEST.seed) yield { request: { ...request, seed: PLAINEST.seed }, reply };
  if (reply.shape !== PLAINEST.shape) yield { request, reply: PLAINEST };
  if (reply.seed !== PLAINEST.seed) yield { request, reply: { ...reply, seed: PLAINEST.seed } };
}

/** Among the shapes of both tables. */
export const PLAINEST: Drawn = { shape: "plain", seed: "least" };
