/** A fenced block of a Markdown page. */
export interface Block {
  /** What stands after the fence: `sh`. */
  readonly language: string;
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in their order; one in a list is moved to the left. */
export function readBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { indent: string; language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const [, indent = "", language = ""] = /^(\s*)```([\w-]*)\s*$/.exec(line) ?? [];
    const isFence = line.trimStart().startsWith("```");
    if (isFence && open === undefined) open = { indent, language, line: index + 2, lines: [] };
    else if (isFence && open !== undefined) {
      blocks.push({ language: open.language, line: open.line, text: `${open.lines.join("\n")}\n` });
      open = undefined;
    } else open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  return blocks;
}
