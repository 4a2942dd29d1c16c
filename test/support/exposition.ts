/** One line of Prometheus's text format. */
export interface ExposedSample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus's text format; what is no sample is left out. */
export function readExposition(text: string): readonly ExposedSample[] {
  return [...text.matchAll(LINE)].map(([, metric = "", labels = "", value]) => ({
    metric,
    labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, name, content = ""]) => [name, content])),
    value: Number(value),
  }));
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gmu;
const LABEL = /(\w+)="((?:\\.|[^"\\])*)"/gu;
