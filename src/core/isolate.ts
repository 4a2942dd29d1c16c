/**
 * Hands an exception of our own to the process's last handler, which logs it. It is thrown outside of the current call, so
 * that the loop or the parser which called the faulty handler goes on for everybody else.
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

/** Runs an event handler of one connection: an exception in it is reported and closes that connection alone. */
export function isolate<C extends Destroyable>(connection: C, handle: (connection: C) => void): void {
  try {
    handle(connection);
  } catch (fault) {
    connection.destroy();
    reportFault(fault);
  }
}

/** Both connections of an exchange, which a fault in what joins them costs. */
export function bothOf(client: Destroyable, upstream: Destroyable): { readonly destroy: () => void } {
  return {
    destroy() {
      upstream.destroy();
      client.destroy();
    },
  };
}

/** The same for work that goes on after its event. */
export function isolateAsync(connection: Destroyable, work: Promise<unknown>): void {
  work.catch((fault: unknown) => {
    connection.destroy();
    reportFault(fault);
  });
}
