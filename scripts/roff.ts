/** Formats a text as a line of a manual page: escapes roff, makes `code` bold, and replaces links by their texts. */
export function roff(text: string): string {
  const plain = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  const escaped = plain.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return escaped.replaceAll(/`([^`]*)`/g, "\\fB$1\\fR").replace(/^(?=[.'])/, "\\&");
}

/** Formats a term with its explanation. */
export function term(head: string, text: string): string {
  return `.TP\n.B ${roff(head)}\n${roff(text)}`;
}
