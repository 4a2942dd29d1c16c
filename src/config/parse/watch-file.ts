import { unwatchFile, watch, watchFile as pollFile } from "node:fs";
import { basename, dirname } from "node:path";

/**
 * Calls `onChange` soon after the file may have changed, until `signal` aborts, and once at the beginning. Watches the
 * directory, because editors and Kubernetes replace files and links instead of writing to them. Also polls slowly,
 * because mounts of single files and network file systems send no events, and the directory may not exist yet.
 */
export function watchFile(path: string, onChange: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  let timer: NodeJS.Timeout | undefined;
  const onEvent = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS).unref();
  };

  const stopEvents = watchDirectory(path, onEvent);
  pollFile(path, { interval: POLL_MS, persistent: false }, onEvent);
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      stopEvents();
      unwatchFile(path, onEvent);
    },
    { once: true },
  );
  onEvent();
}

/** How long to wait for further changes, because writing a file causes several. */
const QUIET_MS = 100;
const POLL_MS = 2000;

function watchDirectory(path: string, onEvent: () => void): () => void {
  const name = basename(path);
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
      // Kubernetes swaps a link called ..data next to the file.
      if (changed === null || changed === name || changed.startsWith("..")) onEvent();
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {};
  }
}
