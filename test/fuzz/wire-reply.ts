import type { Validity, WireReply } from "./exchange-plan.ts";
import type { Random } from "./random.ts";
import { ID_FIELD } from "./wire-request.ts";

/** What distinguishes an answer from the plainest one. */
export interface ReplyForm {
  readonly status?: number;
  readonly version?: string;
  readonly fields?: readonly string[];
  readonly body?: string;
  /** Another Content-Length than the body's. */
  readonly promised?: number;
  /** The content as it is on the wire, in place of a body with its length. */
  readonly chunks?: string;
  /** No framing but the connection's end. */
  readonly isUnframed?: boolean;
  /** What precedes the answer, and what follows it in the same write. */
  readonly before?: string;
  readonly behind?: string;
  /** Everything that is written. */
  readonly whole?: string;
  readonly spoil?: (head: string) => string;
  readonly end?: WireReply["end"];
  readonly validity?: Validity;
  readonly pieces?: number;
  readonly pauseMs?: number;
  readonly isEarly?: boolean;
  readonly late?: string;
}

/** A kind of answer. */
export type ReplyShape = (random: Random, id: string) => ReplyForm;

/** Writes an answer to a request of that method. */
export function wireReply(form: ReplyForm, random: Random, id: string, method: string): WireReply {
  const { status = 200, version = "HTTP/1.1", fields = [], body = `answer to ${id}`, end = "keep" } = form;
  const {
    chunks,
    before = "",
    behind = "",
    late = "",
    spoil = (head) => head,
    isEarly = false,
    isUnframed = false,
  } = form;
  const isBodiless = method === "HEAD" || status === 204 || status === 304;
  const framing = isUnframed || (isBodiless && status !== 200) ? [] : [framingField(form, body)];
  const lines = [`${version} ${status} Reason`, `${ID_FIELD}: ${id}`, ...framing, ...fields];
  const content = isBodiless ? "" : (chunks ?? body);
  const bytes = form.whole ?? `${before}${spoil(`${lines.join("\r\n")}\r\n\r\n`)}${content}${behind}`;
  const whole = form.validity ?? "whole";
  // A head alone does not show whether content is missing.
  const validity =
    isBodiless && form.whole === undefined && whole === "fault" && form.spoil === undefined ? "lenient" : whole;
  return {
    pieces: split(bytes, form, random),
    end,
    validity,
    status,
    body: contentOf(form, isBodiless, body),
    isEarly,
    late,
  };
}

function framingField({ chunks, promised }: ReplyForm, body: string): string {
  return chunks === undefined ? `Content-Length: ${promised ?? body.length}` : "Transfer-Encoding: chunked";
}

function contentOf({ chunks }: ReplyForm, isBodiless: boolean, body: string): string {
  if (isBodiless) return "";
  return chunks === undefined ? body : unchunked(chunks);
}

/** The content of chunks that are whole. */
function unchunked(chunks: string): string {
  let body = "";
  for (let at = 0; ;) {
    const lineEnd = chunks.indexOf("\r\n", at);
    const size = Number.parseInt(chunks.slice(at, lineEnd), 16);
    if (lineEnd === -1 || !(size > 0)) return body;
    body += chunks.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

function split(bytes: string, { pieces = 1, pauseMs = 0 }: ReplyForm, random: Random): WireReply["pieces"] {
  const most = Math.min(pieces, bytes.length);
  if (most <= 1) return [{ bytes, pauseMs }];
  const cuts = Array.from({ length: most - 1 }, () => random.below(bytes.length)).toSorted((a, b) => a - b);
  return [0, ...cuts].map((from, at) => ({
    bytes: bytes.slice(from, cuts[at] ?? bytes.length),
    pauseMs: most > 20 ? 0 : random.below(3),
  }));
}
