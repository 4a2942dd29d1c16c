/** Calls all listeners that are registered now; those added during the calls are not called. */
export function notify(listeners: ReadonlySet<() => void>): void {
  if (listeners.size === 0) return;
  const registered = [...listeners];
  for (const listener of registered) listener();
}
