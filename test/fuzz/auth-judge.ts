import type { AuthQuestion } from "./auth-question.ts";
import type { Received } from "./client.ts";
import { excerpt } from "./escape.ts";
import type { Fault } from "./exchange-run.ts";
import { asksForTheEnd } from "./wire-request.ts";
import { framingOf, readContent, readHead, statusOf, StrictFault, valuesOf } from "./strict-reader.ts";

/** How a connection was used. */
export interface AuthFacts {
  readonly isTrusted: boolean;
  /** The client left by itself, so that its last question may not be whole. */
  readonly isOwnEnd: boolean;
  /** Where each ready host's app is. */
  readonly upstreams: ReadonlyMap<string, string>;
}

/** Returns what of the answers breaks a rule. */
export function judgeAuth(
  questions: readonly AuthQuestion[],
  { text, end }: Received,
  facts: AuthFacts,
): Fault | undefined {
  const read = readAuth(questions, text, facts);
  const asked = excerpt(questions[read.count]?.bytes ?? questions.at(-1)?.bytes ?? "", 600);
  const detail = `answer ${read.count} of ${questions.length}: ${excerpt(text.slice(read.at), 300)} to ${asked}`;
  if (end === "refused") return { rule: "the gateway takes no connection", detail };
  if (read.fault !== undefined) return { rule: read.fault, detail };
  if (end === "hang") return { rule: "an auth request hangs", detail };
  if (facts.isOwnEnd || read.isLast || read.count === questions.length) return undefined;
  if (end === "reset" && questions.slice(0, -1).some(({ bytes }) => asksForTheEnd(bytes))) return undefined;
  return questions[read.count]?.permit.kind === "broken"
    ? undefined
    : { rule: "an auth request was not answered", detail };
}

/** Whether nothing more is to come. */
export function isAuthComplete(questions: readonly AuthQuestion[], text: string): boolean {
  const { count, isLast, fault } = readAuth(questions, text, undefined);
  return fault !== undefined || (!isLast && count === questions.length);
}

function readAuth(questions: readonly AuthQuestion[], text: string, facts: AuthFacts | undefined) {
  let at = 0;
  let count = 0;
  let isLast = false;
  const done = (fault?: string) => ({ at, count, isLast, fault });
  try {
    while (at < text.length) {
      const head = readHead(text, at);
      if (head === undefined) return done();
      const status = statusOf(head);
      if (status === 100) {
        at = head.end;
        continue;
      }
      const question = questions[count];
      if (question === undefined || isLast) return done("bytes behind the last answer");
      const content = readContent(text, head.end, question.method === "HEAD" ? "none" : framingOf(head, "close"));
      if (content === undefined) return done();
      const [upstream] = valuesOf(head, "x-gateway-upstream");
      const wrong = facts === undefined ? undefined : whatIsWrong(question, status, upstream, facts);
      if (wrong !== undefined) return done(wrong);
      at = content.end;
      count += 1;
      isLast = valuesOf(head, "connection").includes("close") || question.permit.kind === "broken";
    }
  } catch (error) {
    if (!(error instanceof StrictFault)) throw error;
    return done(`a front read ${error.message.replace(/"[^]*"/u, "…")}`);
  }
  return done();
}

function whatIsWrong(
  { permit }: AuthQuestion,
  status: number,
  upstream: string | undefined,
  { isTrusted, isOwnEnd, upstreams }: AuthFacts,
): string | undefined {
  const mayPass = isTrusted && (permit.kind === "ready" || permit.kind === "passes");
  if (!mayPass) return status >= 400 && upstream === undefined ? undefined : `${status} to what is to be refused`;
  if (isOwnEnd && status === 400) return undefined;
  if (status !== 200) return `${status} to what is to pass`;
  const right = permit.kind === "ready" ? upstreams.get(permit.host) : undefined;
  return upstream === right ? undefined : "a permit names another upstream";
}
