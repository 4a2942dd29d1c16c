/** A text of ours as a line of a manual page: marks of roff mean themselves, `code` is bold. */
export function roff(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/`([^`]*)`/g, "\\fB$1\\fR");
  return escaped.replace(/^(?=[.'])/, "\\&");
}

/** A paragraph whose first line stands out, and what it means. */
export function term(head: string, text: string): string {
  return `.TP\n.B ${roff(head)}\n${roff(text)}`;
}
