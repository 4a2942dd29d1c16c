import type { DomainEvent, Emit } from "../core/events.ts";

/** The stream of domain events. */
export interface EventStream {
  readonly emit: Emit;
  /** Calls `listener` with each event from now on, in order. Returns a function that unsubscribes it. */
  subscribe(listener: Emit): () => void;
}

/**
 * Creates the stream, which passes every event to all listeners synchronously. If a listener throws, that affects
 * neither the life cycle nor other listeners; the fault is emitted as an event.
 */
export function createEventStream(): EventStream {
  const listeners = new Set<Emit>();

  function emit(event: DomainEvent): void {
    const registered = [...listeners];
    for (const listener of registered) {
      try {
        listener(event);
      } catch (error) {
        reportBroken(registered, listener, event, error);
      }
    }
  }

  return {
    emit,
    subscribe(listener) {
      const own: Emit = (event) => listener(event); // the same function may subscribe twice
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

function reportBroken(listeners: readonly Emit[], broken: Emit, event: DomainEvent, error: unknown): void {
  const fault: DomainEvent = {
    type: "fault",
    message: `a listener failed on an event of type "${event.type}"`,
    detail: String(error),
  };
  for (const listener of listeners) {
    if (listener === broken) continue;
    try {
      listener(fault);
    } catch {
      // A second listener is broken too; reporting that could recurse forever.
    }
  }
}
