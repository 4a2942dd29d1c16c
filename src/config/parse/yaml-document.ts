import { LineCounter, parseDocument, type Document } from "yaml";
import { formatPath, type KeyPath } from "../schema/key-path.ts";
import { readYamlTree, type Offsets } from "./yaml-tree.ts";

/** A YAML text as plain maps, lists and texts, with the place of every key and all faults. */
export interface YamlDocument {
  /** `undefined` for an empty file. */
  readonly raw: unknown;
  readonly faults: readonly YamlFault[];
  /** Returns the place of a key or its value, or that of the nearest existing ancestor. */
  readonly locate: (path: KeyPath, part: "key" | "value") => Place;
}

/** A fault of the YAML text with its place. */
export interface YamlFault extends Place {
  readonly key: string;
  readonly message: string;
}

/** A line and column. */
export interface Place {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

/** Parses YAML; never throws. Scalars stay texts, so that `010` and `0x1F` keep their form. */
export function readYaml(text: string): YamlDocument {
  if (text.length > LONGEST) return broken("the file is larger than 1 MiB");
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text.replace(/^\uFEFF/, ""), OPTIONS(lines));
  } catch {
    return broken("the file is nested too deeply to be read");
  }
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const syntax = document.errors.map((error) => ({
    ...place(error.pos[0]),
    key: "",
    message: explain(error.code, error.message),
  }));
  if (syntax.length > 0) return { raw: undefined, faults: oneEachLine(syntax), locate: () => START };

  const tree = readYamlTree(document.contents);
  return {
    raw: tree.raw,
    faults: tree.faults.map(({ path, message, offset }) => ({ ...place(offset), key: formatPath(path), message })),
    locate: (path, part) => place(offsetOf(tree.offsets, path, part)),
  };
}

const LONGEST = 1024 * 1024;
const START: Place = { line: 1, column: 1 };

/**
 * Duplicate keys are detected later, by the conversion, which knows their names. Pretty errors would quote lines of the
 * file, including secrets.
 */
const OPTIONS = (lineCounter: LineCounter) =>
  ({ schema: "failsafe", lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: "error" }) as const;

function broken(message: string): YamlDocument {
  return { raw: undefined, faults: [{ ...START, key: "", message }], locate: () => START };
}

/** Keeps only the first fault of each line, because one mistake often causes several parser errors. */
function oneEachLine(faults: readonly YamlFault[]): YamlFault[] {
  const seen = new Set<number>();
  return faults.filter(({ line }) => !seen.has(line) && seen.add(line));
}

function offsetOf(offsets: Offsets, path: KeyPath, part: "key" | "value"): number {
  for (let length = path.length; length > 0; length--) {
    const found = offsets.get(formatPath(path.slice(0, length)));
    if (found !== undefined) return found[part];
  }
  return 0;
}

/** Returns our own message for a parser error, else the parser's, unless it quotes the file. */
function explain(code: string, message: string): string {
  const own = OWN_MESSAGES[code] ?? REWORDED.find(([form]) => form.test(message))?.[1];
  return `not valid YAML: ${own ?? lowerFirst(message.split("\n")[0] ?? message)}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const KEY_WITHOUT_VALUE = 'expected "key: value", with a space after the colon';

const OWN_MESSAGES: Readonly<Record<string, string>> = {
  UNEXPECTED_TOKEN: "unexpected here; check the indentation and quotes",
  BLOCK_AS_IMPLICIT_KEY: 'two keys on one line, or the next line is indented too far; quote a value that contains ": "',
  BAD_SCALAR_START: "plain text cannot begin with this character; quote it",
  BAD_DQ_ESCAPE: "an unknown escape in double quotes; single quotes take backslashes as they are",
  BAD_ALIAS: "an alias (*name) without its anchor (&name)",
  TAG_RESOLVE_FAILED: "an unknown tag (!name)",
  TAB_AS_INDENT: "tabs do not indent; use spaces",
  MULTIPLE_DOCS: "only one document is read; remove what follows ---",
  BAD_DIRECTIVE: "an unknown directive",
  IMPOSSIBLE: "this cannot be read",
  MULTILINE_IMPLICIT_KEY: KEY_WITHOUT_VALUE,
};

/** Messages that share a code. */
const REWORDED: readonly (readonly [RegExp, string])[] = [
  [/closing ["']quote/, "a quote is not closed"],
  [/end with a [\]}]$/, "a bracket is not closed"],
  [/same column|without - indicator/, "the items of a list, and the keys of a map, must start in the same column"],
  [/followed by map values/, KEY_WITHOUT_VALUE],
];
