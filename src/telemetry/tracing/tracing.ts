import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Emit } from "../../core/events.ts";

/** What traces need to know about the gateway. */
export interface TracingSources {
  /** The life cycle's clock. */
  readonly now: () => number;
  /** The wall clock. */
  readonly wall: () => number;
  /** Returns the direct dependents of a workload; `undefined` if it does not exist. */
  readonly dependentsOf: (workload: string) => readonly string[] | undefined;
  /** Returns the workloads of a route. */
  readonly membersOf: (route: string) => readonly string[];
}

/** The handlers whose requests get spans. */
export interface RequestHandlers<R extends { readonly name: string }> {
  auth(req: IncomingMessage, res: ServerResponse, path: string): boolean;
  authUpgrade(req: IncomingMessage, socket: Duplex, path: string): boolean;
  request(route: R, req: IncomingMessage, res: ServerResponse): void;
  upgrade(route: R, req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Reports wakes and requests to an OpenTelemetry collector. Nothing depends on whether the collector works. */
export interface Tracing {
  /** The listener for domain events. */
  readonly note: Emit;
  /** Wraps handlers so that each request has a span, whose context is sent to the app. */
  around<R extends { readonly name: string }>(handlers: RequestHandlers<R>): RequestHandlers<R>;
  /** Sends the remaining spans, within two seconds. */
  close(): Promise<void>;
}
