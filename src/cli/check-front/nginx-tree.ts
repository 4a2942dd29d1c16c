/** One nginx directive: its name, its arguments and, for a block, its content. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[];
}

/** Parses the output of `nginx -T`: the main file, followed by each included file, which is inserted at its place. */
export function readNginx(text: string): Directive[] {
  const [before = "", ...named] = text.split(FILE);
  const files = Array.from({ length: named.length / 2 }, (_, at): File => ({
    path: named[2 * at] ?? "",
    directives: parse(named[2 * at + 1] ?? ""),
  }));
  return [...parse(before), ...include(files[0]?.directives ?? [], files.slice(1))];
}

interface File {
  readonly path: string;
  readonly directives: readonly Directive[];
}

const FILE = /^# configuration file (.+):$/mu;

function include(directives: readonly Directive[], files: readonly File[], depth = 0): Directive[] {
  return directives.flatMap((one) => {
    if (one.name !== "include" || depth > MOST_LEVELS) return { ...one, block: include(one.block, files, depth) };
    const found = files.filter(({ path }) => matchesPath(one.args[0] ?? "", path));
    return found.flatMap((file) => include(file.directives, files, depth + 1));
  });
}

/** The limit of nested includes; nginx refuses files that include themselves. */
const MOST_LEVELS = 8;

/** Returns whether a path matches a pattern; a relative pattern starts in nginx's own directory. */
function matchesPath(pattern: string, path: string): boolean {
  const form = pattern
    .replaceAll(/[.+^${}()|\\]/gu, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(`${pattern.startsWith("/") ? "^" : "/"}${form}$`, "u").test(path);
}

/** Parses directives; nginx has checked the text, so there is no error handling. */
function parse(text: string): Directive[] {
  const tokens = text.match(TOKEN)?.filter((token) => !token.startsWith("#")) ?? [];
  let at = 0;
  function block(): Directive[] {
    const directives: Directive[] = [];
    let words: string[] = [];
    for (;;) {
      const token = tokens[at++];
      if (token === undefined || token === "}") return directives;
      if (token !== ";" && token !== "{") words.push(unquoted(token));
      else {
        const [name = "", ...args] = words;
        directives.push({ name, args, block: token === "{" ? block() : [] });
        words = [];
      }
    }
  }
  return block();
}

const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\$\{\w+\}|\\.|[^\s{};"'])+/g;

function unquoted(token: string): string {
  return /^(["']).*\1$/s.test(token) ? token.slice(1, -1) : token;
}
