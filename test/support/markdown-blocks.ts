/** A fenced block of a Markdown page. */
export interface Block {
  /** The word after the fence, such as `sh`. */
  readonly language: string;
  readonly text: string;
  /** The number of its first line, from 1. */
  readonly line: number;
}

/** Returns the fenced blocks of a page in order, without indentation. */
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
