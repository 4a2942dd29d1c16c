import type { Readable } from "node:stream";

/** Watches over a stream of events. */
export interface SilenceWatch {
  /** Something was received. */
  heard(): void;
  stop(): void;
}

/** After how long without an event the other side is pinged. */
export const SILENCE_MS = 30_000;

/**
 * Ends a stream that has been silent for some time when `ping` rejects: a half-dead connection (a host that lost its network,
 * a stopped proxy) is silent forever, as is an idle daemon.
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
