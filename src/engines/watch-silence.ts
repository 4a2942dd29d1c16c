import type { Readable } from "node:stream";

/** Detects a dead stream of events. */
export interface SilenceWatch {
  /** Notes that something was received. */
  heard(): void;
  stop(): void;
}

/** How long a stream may be silent before the other side is pinged. */
export const SILENCE_MS = 30_000;

/**
 * Ends a silent stream if `ping` rejects: silence alone does not distinguish an idle daemon from a dead connection (a
 * host that lost its network, a stopped proxy).
 */
export function watchSilence(stream: Readable, ping: () => Promise<unknown>, silenceMs: number): SilenceWatch {
  let stopped = false;
  const check = async (): Promise<void> => {
    try {
      await ping();
      if (!stopped) timer.refresh();
    } catch {
      stream.destroy(new Error("the daemon does not answer any more"));
    }
  };
  const timer = setTimeout(() => void check(), silenceMs).unref();
  return {
    heard: () => void timer.refresh(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
