/**
 * Reports a fault of ours to the process's `uncaughtException` handler, which logs it. It is thrown outside the current
 * call, so that the loop or parser that called the faulty handler continues for others.
 */
export function reportFault(fault: unknown): void {
  queueMicrotask(() => {
    throw fault;
  });
}

/** A connection, to which the damage of a fault can be limited. */
interface Destroyable {
  destroy(): unknown;
}

/** Runs an event handler of one connection: an exception in it is reported and closes only that connection. */
export function isolate<C extends Destroyable>(connection: C, handle: (connection: C) => void): void {
  try {
    handle(connection);
  } catch (fault) {
    connection.destroy();
    reportFault(fault);
  }
}

/** Returns one object that destroys both connections of an exchange, for `isolate`. */
export function bothOf(client: Destroyable, upstream: Destroyable): { readonly destroy: () => void } {
  return {
    destroy() {
      upstream.destroy();
      client.destroy();
    },
  };
}

/** Does the same as `isolate` for asynchronous work. */
export function isolateAsync(connection: Destroyable, work: Promise<unknown>): void {
  work.catch((fault: unknown) => {
    connection.destroy();
    reportFault(fault);
  });
}
