import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Emit } from "../../core/events.ts";

/** What traces need to know about the gateway. */
export interface TracingSources {
  /** The life cycle's clock, in milliseconds. */
  readonly now: () => number;
  /** The wall clock, in milliseconds since the epoch. */
  readonly wall: () => number;
  /** The direct dependents of this workload; `undefined`: it does not exist (any more). */
  readonly dependentsOf: (workload: string) => readonly string[] | undefined;
  /** The workloads behind a route. */
  readonly membersOf: (route: string) => readonly string[];
}

/** The handlers whose requests become spans, as the server calls them. */
export interface RequestHandlers<R extends { readonly name: string }> {
  auth(req: IncomingMessage, res: ServerResponse, path: string): boolean;
  authUpgrade(req: IncomingMessage, socket: Duplex, path: string): boolean;
  request(route: R, req: IncomingMessage, res: ServerResponse): void;
  upgrade(route: R, req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Reports wakes and requests to an OpenTelemetry collector. Nothing waits for the collector, or fails with it. */
export interface Tracing {
  /** A listener for the stream of domain events. */
  readonly note: Emit;
  /** The same handlers, with a span around each request and its context in the fields that the app gets. */
  around<R extends { readonly name: string }>(handlers: RequestHandlers<R>): RequestHandlers<R>;
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>;
}
