/** One metric as an expression selects it. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/** What an expression of PromQL selects. */
export interface Asked {
  readonly selectors: readonly Selector[];
  /** Labels that it groups or joins by. */
  readonly labels: readonly string[];
}

/**
 * Reads metrics and labels out of PromQL as rules and dashboards write it: every selector begins with a name. Whether
 * only Prometheus checks whether the expression is valid.
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

/** A text; or a name with its matchers, or with the bracket that makes it a function. Quotes may hold brackets. */
const NAME = /"(?:\\.|[^"\\])*"|(?<![\w:])([a-zA-Z_:][\w:]*)\s*(\(|\{(?:"(?:\\.|[^"\\])*"|[^}"])*\})?/gu;

const MATCHER = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:\\.|[^"\\])*)"/gu;

const WORDS: ReadonlySet<string> = new Set(["and", "or", "unless", "bool", "offset", "group_left", "group_right"]);

function toMatcher([, label = "", operator, value = ""]: RegExpExecArray): Matcher {
  return { label, operator: operator as Matcher["operator"], value };
}
