/** A metric that an expression selects. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/** The metrics and labels in a PromQL expression. */
export interface Asked {
  readonly selectors: readonly Selector[];
  /** The labels by which it groups or joins. */
  readonly labels: readonly string[];
}

/**
 * Extracts metrics and labels from PromQL in rules and dashboards, in which every selector begins with a name. It does
 * not check whether the expression is valid; only Prometheus does.
 */
export function readPromql(expression: string): Asked {
  const labels: string[] = [];
  const selectors: Selector[] = [];
  const grouped = expression
    .replaceAll(/\[[^\]]*\]/gu, " ") // ranges
    .replaceAll(GROUPING, (_, list: string) => {
      labels.push(...list.split(",").flatMap((label) => label.trim() || []));
      return " ";
    });
  for (const [, metric = "", after = ""] of grouped.matchAll(NAME)) {
    if (metric === "" || after === "(" || WORDS.has(metric)) continue;
    selectors.push({ metric, matchers: [...after.matchAll(MATCHER)].map(toMatcher) });
  }
  return { selectors, labels };
}

const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/gu;

/** A text, or a name with its matchers or with the bracket of a function. Quotes may contain brackets. */
const NAME = /"(?:\\.|[^"\\])*"|(?<![\w:])([a-zA-Z_:][\w:]*)\s*(\(|\{(?:"(?:\\.|[^"\\])*"|[^}"])*\})?/gu;

const MATCHER = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:\\.|[^"\\])*)"/gu;

const WORDS: ReadonlySet<string> = new Set(["and", "or", "unless", "bool", "offset", "group_left", "group_right"]);

function toMatcher([, label = "", operator, value = ""]: RegExpExecArray): Matcher {
  return { label, operator: operator as Matcher["operator"], value };
}
