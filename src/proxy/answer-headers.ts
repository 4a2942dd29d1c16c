import { type HeaderNames, nominatedBy } from "./header-names.ts";

/** What an answer's head promises. */
export interface AnswerHead {
  readonly headers: string[];
  /** Its Content-Length; -1: none. */
  readonly length: number;
  /** False: coded for this hop in a way that we cannot take off. */
  readonly isReadable: boolean;
}

/**
 * Takes out what was meant for the connection to the upstream alone (RFC 9110 §7.6.1), in place; order and letter case
 * stay. `trailers`: they may follow.
 */
export function answerHead(names: HeaderNames, headers: string[], trailers: boolean): AnswerHead {
  let connection: string | undefined;
  let trailer: string | undefined;
  let length = -1;
  let isReadable = true;
  let kept = 0;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const { name, kind } = names(headers[at] ?? "");
    const value = headers[at + 1] ?? "";
    if (kind === "connection") connection = joined(connection, value);
    else if (kind === "transfer-encoding") isReadable = value.toLowerCase() === "chunked";
    else if (kind === "trailer") trailer = joined(trailer, value);
    else if (kind !== "hop") {
      headers[kept] = name;
      headers[kept + 1] = value;
      kept += 2;
      if (kind === "content-length") length = Number(value);
    }
  }
  headers.length = kept;
  // Only a chunked answer has room for trailers; node:http throws where they are promised elsewhere.
  if (trailer !== undefined && trailers && length === -1) headers.push("Trailer", trailer);
  const nominated = nominatedBy(connection);
  return { headers: nominated === undefined ? headers : without(names, headers, nominated), length, isReadable };
}

function joined(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`;
}

function without(names: HeaderNames, headers: readonly string[], nominated: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const { name, lower, kind } = names(headers[at] ?? "");
    if (kind === "content-length" || !nominated.has(lower)) kept.push(name, headers[at + 1] ?? "");
  }
  return kept;
}

/** Trailers as node:http takes them. What frames, routes or names the client may not come in one (RFC 9110 §6.5.1). */
export function trailerPairs(names: HeaderNames, raw: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const { name, kind } = names(raw[at] ?? "");
    if (kind === "plain") pairs.push([name, raw[at + 1] ?? ""]);
  }
  return pairs;
}
