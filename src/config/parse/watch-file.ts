import { unwatchFile, watch, watchFile as pollFile } from "node:fs";
import { basename, dirname } from "node:path";

/**
 * Calls `onHint` soon after the file may have changed, until `signal` aborts, and once at the beginning. The directory is
 * watched, for editors and Kubernetes replace files and links rather than write to them. Slow polling is the net below
 * that: mounts of single files and network file systems send no events, and the directory may not exist yet.
 */
export function watchFile(path: string, onHint: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  let timer: NodeJS.Timeout | undefined;
  const hint = () => {
    clearTimeout(timer);
    timer = setTimeout(onHint, QUIET_MS).unref();
  };

  const stopEvents = watchDirectory(path, hint);
  pollFile(path, { interval: POLL_MS, persistent: false }, hint);
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      stopEvents();
      unwatchFile(path, hint);
    },
    { once: true },
  );
  hint();
}

/** A file that is being written changes several times in a row. */
const QUIET_MS = 100;
const POLL_MS = 2000;

function watchDirectory(path: string, hint: () => void): () => void {
  const name = basename(path);
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
      // Kubernetes swaps a link called ..data next to the file.
      if (changed === null || changed === name || changed.startsWith("..")) hint();
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {};
  }
}
