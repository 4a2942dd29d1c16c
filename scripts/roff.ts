/** A text of ours as a line of a manual page: marks of roff mean themselves, `code` is bold, links are their texts. */
export function roff(text: string): string {
  const plain = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  const escaped = plain.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return escaped.replaceAll(/`([^`]*)`/g, "\\fB$1\\fR").replace(/^(?=[.'])/, "\\&");
}

/** A paragraph whose first line stands out, and what it means. */
export function term(head: string, text: string): string {
  return `.TP\n.B ${roff(head)}\n${roff(text)}`;
}
