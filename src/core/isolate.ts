/**
 * Reports an exception of ours to the last handler of the process, which logs it. It is thrown outside the current
 * call, so that the loop or parser which called the faulty handler continues for others.
 */
export function reportFault(fault: unknown): void {
  queueMicrotask(() => {
    throw fault;
  });
}

/** What a fault can be limited to. */
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

/** Both connections of an exchange, which a fault between them closes. */
export function bothOf(client: Destroyable, upstream: Destroyable): { readonly destroy: () => void } {
  return {
    destroy() {
      upstream.destroy();
      client.destroy();
    },
  };
}

/** The same for work that continues after its event. */
export function isolateAsync(connection: Destroyable, work: Promise<unknown>): void {
  work.catch((fault: unknown) => {
    connection.destroy();
    reportFault(fault);
  });
}
