import type { Labels } from "./labels.ts";

/** The durations of the last wakes as bars, in coordinates of the SVG. */
export interface WakeHistogram {
  readonly bars: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly count: number;
    /** For example "1 s – 2 s: 3". */
    readonly title: string;
  }[];
  /** The labels of the axis. */
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  readonly summary: string;
}

/** The size of the SVG. */
export const HISTOGRAM = { width: 480, height: 120, baseline: 96 } as const;
const MOST_BARS = 10;
const GAP = 4;

/** Creates the histogram; `undefined` before the first wake. */
export function wakeHistogram(labels: Labels, wakesMs: readonly number[], medianMs: number): WakeHistogram | undefined {
  if (wakesMs.length === 0) return undefined;
  const min = Math.min(...wakesMs);
  const max = Math.max(...wakesMs);
  const step = niceStep((max - min) / (MOST_BARS - 2) || max / 4 || 1);
  const from = Math.floor(min / step) * step;
  const counts = Array.from(
    { length: Math.floor((max - from) / step) + 1 },
    (_, index) => wakesMs.filter((ms) => Math.floor((ms - from) / step) === index).length,
  );
  const highest = Math.max(...counts);
  const slot = HISTOGRAM.width / Math.max(counts.length, 4);
  const edge = (index: number): string => labels.fine(from + index * step);
  return {
    bars: counts.flatMap((count, index) => {
      if (count === 0) return [];
      const height = (count / highest) * (HISTOGRAM.baseline - 18);
      const title = `${edge(index)} – ${edge(index + 1)}: ${count}`;
      return { x: index * slot + GAP / 2, y: HISTOGRAM.baseline - height, width: slot - GAP, height, count, title };
    }),
    ticks:
      counts.length > 5 ? [0, Math.ceil(counts.length / 2), counts.length].map(tick) : [0, counts.length].map(tick),
    summary: labels.t("detail.wakesOf", {
      n: wakesMs.length,
      min: labels.fine(min),
      max: labels.fine(max),
      median: labels.fine(medianMs),
    }),
  };

  function tick(index: number) {
    return { x: index * slot, text: edge(index) };
  }
}

/** Returns 1, 2 or 5 times a power of ten, at least `ms`. */
function niceStep(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)));
  const step = [1, 2, 5, 10].find((each) => each * power >= ms) ?? 10;
  return step * power;
}
