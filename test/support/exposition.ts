/** A sample in Prometheus's text format. */
export interface ExposedSample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the samples of Prometheus's text format. */
export function readExposition(text: string): readonly ExposedSample[] {
  return [...text.matchAll(LINE)].map(([, metric = "", labels = "", value]) => ({
    metric,
    labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, name, content = ""]) => [name, content])),
    value: Number(value),
  }));
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gmu;
const LABEL = /(\w+)="((?:\\.|[^"\\])*)"/gu;
