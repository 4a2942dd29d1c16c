/** Returns whether an Accept field lists HTML with the highest weight (RFC 9110 §12.5.1); the order does not matter. */
export function prefersHtml(accept: string): boolean {
  const ranges = readRanges(accept);
  const html = bestOf(ranges, "text/html");
  if (html === undefined || html === 0) return false;
  // Browsers of 2010 give XHTML, and with it XML, a higher weight than HTML.
  const most = Math.max(html, bestOf(ranges, "application/xhtml+xml") ?? 0);
  return ranges.every(({ weight }) => weight <= most);
}

/** Returns whether HTML is acceptable at all: the most specific range decides; without the field everything is. */
export function allowsHtml(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  const ranges = readRanges(accept);
  const weight = bestOf(ranges, "text/html") ?? bestOf(ranges, "text/*") ?? bestOf(ranges, "*/*") ?? 0;
  return weight > 0;
}

interface MediaRange {
  readonly type: string;
  /** From 0 (not acceptable) to 1. */
  readonly weight: number;
}

/** Ignores ranges with an invalid weight. */
function readRanges(accept: string): MediaRange[] {
  const plain = accept.toLowerCase().replaceAll(QUOTED, "");
  return plain.split(",").flatMap((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    const given = parameters.find((parameter) => WEIGHT_NAME.test(parameter));
    const weight = given === undefined ? 1 : Number(WEIGHT.exec(given)?.[1] ?? Number.NaN);
    return type === "" || Number.isNaN(weight)
      ? []
      : [{ type: type === "*" ? "*/*" : type, weight: Math.min(weight, 1) }];
  });
}

function bestOf(ranges: readonly MediaRange[], type: string): number | undefined {
  const weights = ranges.flatMap((range) => (range.type === type ? [range.weight] : []));
  return weights.length === 0 ? undefined : Math.max(...weights);
}

const QUOTED = /"[^"]*"/gu;
const WEIGHT_NAME = /^q\s*=/u;
/** The leading digit is optional: Java's `HttpURLConnection` sends `q=.2`. */
const WEIGHT = /^q\s*=\s*(\d+\.?\d*|\.\d+)$/u;
