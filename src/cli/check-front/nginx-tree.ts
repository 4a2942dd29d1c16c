/** One directive of nginx: its name, its arguments and, where it is a block, what is in it. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[];
}

/** Reads what `nginx -T` prints; it was valid, so a text that ends early is simply over. */
export function readNginx(text: string): Directive[] {
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
