import type { DomainEvent, Emit } from "../core/events.ts";

/** The one stream of domain events. */
export interface EventStream {
  readonly emit: Emit;
  /** Calls `listener` with each event from now on, in order; the answer ends that. */
  subscribe(listener: Emit): () => void;
}

/**
 * Hands every event to every listener at once. A listener that throws can harm neither the life cycle nor the others:
 * they are told of it as a fault.
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
    message: `a listener broke at an event of the type "${event.type}"`,
    detail: String(error),
  };
  for (const listener of listeners) {
    if (listener === broken) continue;
    try {
      listener(fault);
    } catch {
      // Two are broken: there is nobody left who could be told without going round in circles.
    }
  }
}
