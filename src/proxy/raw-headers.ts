/**
 * Flat strings from undici's flat buffers, byte for byte (latin1). The buffers are views of what came from the socket, one
 * after the other, so that one decoding and cheap substrings do; those that came in several pieces are decoded singly.
 */
export function decodeHeaders(raw: readonly Buffer[]): string[] {
  const first = raw[0];
  const last = raw[raw.length - 1];
  if (first === undefined || last === undefined) return [];
  const base = first.byteOffset;
  const end = last.byteOffset + last.length;
  const headers: string[] = [];
  if (first.buffer !== last.buffer || end < base) {
    for (const part of raw) headers.push(part.toString("latin1"));
    return headers;
  }
  const text = Buffer.from(first.buffer, base, end - base).toString("latin1");
  for (const part of raw) {
    const at = part.byteOffset - base;
    const isInside = part.buffer === first.buffer && at >= 0 && at + part.length <= text.length;
    headers.push(isInside ? text.substring(at, at + part.length) : part.toString("latin1"));
  }
  return headers;
}
