import type { IncomingMessage } from "node:http";
import type { ResponseHead } from "./parse-response-head.ts";
import { fieldLines, flatFields } from "./field-lines.ts";

/** Formats the head of the request for the app, with the fields that an upgrade needs and `requestHeaders` removed. */
export function upgradeHead(
  { method, headers: { upgrade } }: IncomingMessage,
  path: string,
  headers: readonly string[],
): string {
  const asking = [...headers, "Connection", "Upgrade", "Upgrade", upgrade ?? ""];
  const isFramed = headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === "content-length");
  if (!isFramed && method !== "GET") asking.push("Content-Length", "0");
  return `${method} ${path} HTTP/1.1\r\n${fieldLines(asking)}\r\n`;
}

/** Formats the 101 of the app for the client, with letter case and order unchanged. */
export function switchingHead({ reason, fields }: ResponseHead, extra: readonly string[] = []): string {
  const kept = flatFields(fields.forClient(false));
  const upgrade = fields.upgrade === undefined ? [] : ["Upgrade", fields.upgrade];
  let head = `HTTP/1.1 101 ${reason}\r\nConnection: Upgrade\r\n${fieldLines(upgrade)}`;
  for (let at = 0; at + 1 < kept.length; at += 2) {
    if (kept[at]?.toLowerCase() !== "content-length") head += `${kept[at]}: ${kept[at + 1]}\r\n`;
  }
  return `${head}${fieldLines(extra)}\r\n`;
}

/**
 * Removes HTTP/2 over cleartext, which we do not support, from the protocols of an upgrade. Returns false when none is
 * left.
 */
export function dropH2c({ headers, rawHeaders }: IncomingMessage): boolean {
  const { upgrade = "" } = headers;
  const others = listed(upgrade).filter((protocol) => protocol.toLowerCase() !== "h2c");
  if (others.length === listed(upgrade).length) return true;
  headers.upgrade = others.join(", ");
  delete headers["http2-settings"];
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    const name = rawHeaders[at]?.toLowerCase();
    if (name === "http2-settings" || name === "upgrade") rawHeaders.splice(at, 2);
  }
  if (others.length > 0) rawHeaders.push("Upgrade", headers.upgrade);
  return others.length > 0;
}

/** Formats the head of a request as received, without its upgrade. */
export function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    const lower = name.toLowerCase();
    if (lower === "upgrade" || lower === "http2-settings") continue;
    const kept =
      lower === "connection"
        ? listed(value)
            .filter((option) => !OF_UPGRADE.test(option))
            .join(", ")
        : value;
    if (lower !== "connection" || kept !== "") head += `${name}: ${kept}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, "latin1");
}

const OF_UPGRADE = /^(?:upgrade|http2-settings)$/iu;

function listed(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
