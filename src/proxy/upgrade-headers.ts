import { type IncomingMessage, STATUS_CODES } from "node:http";

/** The request's headers for the app, with what `requestHeaders` took out and an upgrade needs. */
export function upgradeHeaders(
  { method, headers: { upgrade } }: IncomingMessage,
  headers: readonly string[],
): string[] {
  const asking = [...headers, "Connection", "Upgrade", "Upgrade", upgrade ?? ""];
  // node:http would announce a chunked body for a POST that has none.
  const isFramed = headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === "content-length");
  return isFramed || method === "GET" ? asking : [...asking, "Content-Length", "0"];
}

/** The head of the app's 101 for the client, letter case and order kept. */
export function switchingHead({ statusMessage, rawHeaders }: IncomingMessage, extra: readonly string[] = []): string {
  const lines = [`HTTP/1.1 101 ${statusMessage ?? STATUS_CODES[101] ?? ""}`, "Connection: Upgrade"];
  for (const flat of [rawHeaders, extra]) {
    for (let at = 0; at + 1 < flat.length; at += 2) {
      if (!OF_THE_HOP.has((flat[at] ?? "").toLowerCase())) lines.push(`${flat[at]}: ${flat[at + 1]}`);
    }
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

const OF_THE_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "content-length",
  "te",
  "trailer",
]);
