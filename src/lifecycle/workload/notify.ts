/** Calls every listener that is registered now; those that register meanwhile wait for the next time. */
export function notify(listeners: ReadonlySet<() => void>): void {
  if (listeners.size === 0) return;
  const registered = [...listeners];
  for (const listener of registered) listener();
}
