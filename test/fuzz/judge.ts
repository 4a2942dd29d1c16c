import type { Received } from "./client.ts";
import { excerpt } from "./escape.ts";
import { REPEATABLE } from "./exchange-log.ts";
import type { Fault, Sent } from "./exchange-run.ts";
import { framingOf, type Head, readContent, readHead, statusOf, StrictFault, valuesOf } from "./strict-reader.ts";
import { asksForTheEnd, ID_FIELD } from "./wire-request.ts";

/** Returns what of the answers on a connection breaks a rule. `isOwnEnd`: the client left by itself. */
export function judge(sent: readonly Sent[], received: Received, isOwnEnd: boolean): Fault | undefined {
  const { text, end } = received;
  const read = readAnswers(sent, text, end === "fin" && !isOwnEnd);
  const detail = `answer ${read.count} of ${sent.length}: ${excerpt(text.slice(read.at), 400)} behind ${excerpt(text.slice(0, read.at), 200)}`;
  const fault = (rule: string): Fault => ({ rule, detail });
  if (end === "refused") return fault("the gateway takes no connection");
  if (read.fault !== undefined)
    return { ...fault(read.fault), mayBeRace: read.fault === LOST && isUnheard(sent[read.count]) };
  if (end === "hang") return fault(`a connection hangs ${describeWait(sent, read)}`);
  const missing = sent[read.count];
  if (isOwnEnd || read.isLast || missing === undefined || missing.isInRace) return undefined;
  if (end === "reset" && mayLoseMore(sent)) return undefined;
  const mayBreak =
    missing.request.verdict === "broken" || missing.request.verdict === "lenient" || missing.reply.validity !== "whole";
  if (mayBreak) return undefined;
  return fault(read.isPartial ? "a good answer was cut" : "a good request was not answered");
}

const LOST = "the gateway answered 502 to a good request";

/** The app may have ended the connection just when it was sent, and it cannot be sent twice. */
function isUnheard(one: Sent | undefined): boolean {
  return one !== undefined && one.mayArrive && one.arrivals === 0 && !REPEATABLE.has(one.request.method);
}

/**
 * A reset takes along what the system has not delivered of the answers before it. That is the only way to say to HTTP/1.0 that
 * an answer was cut, and what a client may get that goes on behind a request that ends its connection.
 */
function mayLoseMore(sent: readonly Sent[]): boolean {
  const isOld = ({ request }: Sent): boolean => / HTTP\/1\.0\r\n/u.test(request.bytes);
  if (sent.some((one) => isOld(one) && one.reply.validity !== "whole")) return true;
  return sent.slice(0, -1).some((one) => isOld(one) || asksForTheEnd(one.request.bytes));
}

/** Whether nothing more is to come, or only the connection's end. */
export function isComplete(sent: readonly Sent[], text: string): boolean {
  const { count, isLast, fault } = readAnswers(sent, text, false);
  return fault !== undefined || sent[count]?.isInRace === true || (!isLast && count === sent.length);
}

interface Answers {
  /** How many final answers are whole. */
  readonly count: number;
  /** The last of them ends the connection. */
  readonly isLast: boolean;
  /** Something of one more is there. */
  readonly isPartial: boolean;
  readonly fault: string | undefined;
  /** Where reading ended. */
  readonly at: number;
}

function readAnswers(sent: readonly Sent[], text: string, isEnded: boolean): Answers {
  let at = 0;
  let count = 0;
  let isLast = false;
  const done = (fault?: string): Answers => ({ count, isLast, isPartial: at < text.length, fault, at });
  try {
    while (at < text.length) {
      const head = readHead(text, at);
      if (head === undefined) return done();
      const one = sent[count];
      if (one === undefined || isLast) return done("bytes behind the last answer");
      const status = statusOf(head);
      if (status < 200) {
        if (status === 101) return done("a connection was upgraded");
        at = head.end;
        continue;
      }
      if (one.isInRace) return done();
      const end = endOf(head, one, text, isEnded);
      const wrong = whatIsWrong(head, status, one, end?.body);
      if (wrong !== undefined) return done(wrong);
      if (end === undefined) return done();
      at = end.end;
      count += 1;
      isLast =
        valuesOf(head, "connection").some((value) => value.toLowerCase() === "close") ||
        one.request.verdict === "broken";
    }
  } catch (error) {
    if (!(error instanceof StrictFault)) throw error;
    return done(`a client read ${error.message.replace(/"[^]*"/u, "…")}`);
  }
  return done();
}

function endOf(head: Head, one: Sent, text: string, isEnded: boolean): { body: string; end: number } | undefined {
  const status = statusOf(head);
  const isBodiless = one.request.method === "HEAD" || status === 204 || status === 304;
  const framing = isBodiless ? "none" : framingOf(head, "close");
  if (framing === "close") return isEnded ? { body: text.slice(head.end), end: text.length } : undefined;
  return readContent(text, head.end, framing);
}

/** `body`: unset while it is not whole. */
function whatIsWrong(
  head: Head,
  status: number,
  { id, request, reply, isWhole }: Sent,
  body: string | undefined,
): string | undefined {
  const [whose] = valuesOf(head, ID_FIELD);
  if (whose === undefined) {
    const mayRefuse = !isWhole || request.verdict !== "good" || reply.validity !== "whole";
    return mayRefuse && (status >= 400 || request.verdict === "own")
      ? undefined
      : `the gateway answered ${status} to a good request`;
  }
  if (whose !== id) return "a client got another request's answer";
  if (request.verdict === "own") return "the app answered what was none of its";
  if (status !== reply.status) return `a status became ${status}`;
  if (body === undefined || reply.validity === "lenient") return undefined;
  if (reply.validity === "fault") return "a broken answer passed for a whole one";
  return body === reply.body ? undefined : "an answer's body changed";
}

function describeWait(sent: readonly Sent[], { count, isLast, isPartial }: Answers): string {
  if (isLast) return "behind its last answer";
  if (count === sent.length) return "behind all answers";
  return isPartial ? "in the middle of an answer" : `with a request that is ${sent[count]?.request.verdict}`;
}
