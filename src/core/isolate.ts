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

/** Does the same as `isolate` for asynchronous work. */
export function isolateAsync(connection: Destroyable, work: Promise<unknown>): void {
  work.catch((fault: unknown) => {
    connection.destroy();
    reportFault(fault);
  });
}
