import type { Verdict, WireRequest } from "./exchange-plan.ts";
import type { Random } from "./random.ts";

/** What distinguishes a request from the plainest one. */
export interface RequestForm {
  readonly method?: string;
  readonly target?: string;
  readonly isAbsolute?: boolean;
  readonly version?: string;
  /** `undefined`: none. */
  readonly host?: string | undefined;
  readonly fields?: readonly string[];
  readonly dropped?: readonly string[];
  /** Content with a Content-Length, in chunks, or what follows the head as it is. */
  readonly sized?: string;
  readonly chunked?: string;
  readonly raw?: string;
  /** What precedes the request. */
  readonly before?: string;
  /** Changes the head's text. */
  readonly spoil?: (head: string) => string;
  readonly verdict?: Verdict;
}

/** A kind of request. */
export type Shape = (random: Random, id: string) => RequestForm;

/** The field by which a request is known everywhere. */
export const ID_FIELD = "x-fuzz-id";

/** Writes a request. */
export function wireRequest(form: RequestForm, random: Random, id: string, ownHost: string): WireRequest {
  const { method = "GET", target = `/${id}`, version = "HTTP/1.1", verdict = "good", dropped = [] } = form;
  const { fields = [], sized, chunked, raw, before = "", spoil = (head) => head } = form;
  const given = "host" in form ? form.host : ownHost;
  const host = given?.replace(/app\.local/iu, (name) => (name === "app.local" ? ownHost : ownHost.toUpperCase()));
  const passed = [[ID_FIELD, id], ...drawFields(random)] as const;
  const lines = [
    `${method} ${form.isAbsolute === true ? `http://${ownHost}` : ""}${target} ${version}`,
    ...(host === undefined ? [] : [`Host: ${host}`]),
    ...passed.map(([name, value]) => `${random.chance(0.5) ? name : name.toUpperCase()}: ${value}`),
    ...fields.map((field) => field.replace("app.local", ownHost)),
    ...(sized === undefined ? [] : [`Content-Length: ${sized.length}`]),
    ...(chunked === undefined ? [] : ["Transfer-Encoding: chunked"]),
  ];
  const content = raw ?? sized ?? (chunked === undefined ? "" : inChunks(chunked, random));
  return {
    bytes: `${before}${spoil(`${lines.join("\r\n")}\r\n\r\n`)}${content}`,
    verdict,
    method,
    target,
    body: sized ?? chunked ?? "",
    passed,
    dropped,
    isUpgrade: fields.some((field) => field.startsWith("Upgrade:")),
  };
}

/**
 * Whether a request asks for the end of the connection. RFC 9112 §9.6: what follows it is not processed, and a client that
 * sends it all the same may lose the answer to the reset that it gets.
 */
export function asksForTheEnd(request: string): boolean {
  return /\r\nConnection: close\r\n/u.test(request);
}

function drawFields(random: Random): (readonly [string, string])[] {
  const names = ["cookie", "x-a", "accept", "authorization", "content-type", "origin"].slice(0, random.below(4));
  return names.map((name) => [name, random.pick(["1", "a b", 'x="y, z"', "\xe4\xf6", "v".repeat(100)])] as const);
}

/** Frames content in chunks of odd sizes. */
export function inChunks(
  content: string,
  random: Random,
  trailers = random.chance(0.2) ? "X-Trailer: 1\r\n" : "",
): string {
  let text = "";
  for (let at = 0; at < content.length;) {
    const size = Math.min(content.length - at, 1 + random.below(random.pick([content.length, 10, 70_000])));
    const hex = size.toString(16);
    const shown = random.pick([hex, hex.toUpperCase(), `0${hex}`]);
    text += `${shown}${random.chance(0.1) ? ";a=b" : ""}\r\n${content.slice(at, at + size)}\r\n`;
    at += size;
    if (text.length > 400_000) break;
  }
  return `${text}0\r\n${trailers}\r\n`;
}
