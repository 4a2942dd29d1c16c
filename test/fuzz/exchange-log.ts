import type { Fault, Sent } from "./exchange-run.ts";
import { excerpt } from "./escape.ts";
import type { AppConnection, AppRequest, StrictAppDeps } from "./strict-app.ts";
import { valuesOf } from "./strict-reader.ts";
import { ID_FIELD } from "./wire-request.ts";
import { elapse } from "../support/real-time.ts";

/** What the apps are to see, and what they saw that they should not. */
export interface ExchangeLog {
  /** The app that receives all of it. */
  readonly app: StrictAppDeps;
  expect(sent: Sent): void;
  forget(sent: Sent): void;
  /** The first fault about one of these, or about nobody known. */
  faultsOf(sent: readonly Sent[]): Fault | undefined;
}

export function createExchangeLog(): ExchangeLog {
  const expected = new Map<string, Sent>();
  const faults: (Fault & { readonly about: Sent | undefined })[] = [];

  function note(rule: string, detail: string, about?: Sent): void {
    faults.push({ rule, detail, about });
  }

  const app: StrictAppDeps = {
    onFault: (fault, bytes) => note(`the app read ${fault.replace(/"[^]*"/u, "…")}`, `${fault}: ${excerpt(bytes)}`),
    onHead({ fields }, connection) {
      const sent = expected.get(valuesOf({ fields }, ID_FIELD)[0] ?? "");
      if (sent?.reply.isEarly === true) void reply(sent, connection);
    },
    onRequest(request, connection) {
      const id = valuesOf(request, ID_FIELD)[0] ?? "";
      const sent = expected.get(id);
      if (sent === undefined) {
        // Its client may have left, and its case with it.
        if (!/^fz\w{4}-\d+-\d+$/u.test(id)) note("the app read a request that nobody sent", excerpt(request.line));
        connection.socket.end("HTTP/1.1 200 OK\r\nX-Fuzz-Id: NOBODY\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      sent.arrivals += 1;
      sent.isInRace ||= connection.isSpoilt;
      const wrong = whatIsWrong(request, sent);
      if (wrong !== undefined) note(...wrong, sent);
      if (!sent.reply.isEarly) void reply(sent, connection);
    },
  };

  return {
    app,
    expect: (sent) => void expected.set(sent.id, sent),
    forget: ({ id }) => void expected.delete(id),
    faultsOf(sent) {
      const at = faults.findIndex(({ about }) => about === undefined || sent.includes(about));
      return at === -1 ? undefined : faults.splice(at, 1)[0];
    },
  };
}

function whatIsWrong(
  read: AppRequest,
  { request, from, host, mayArrive, arrivals }: Sent,
): [string, string] | undefined {
  const wrong = (rule: string, detail = ""): [string, string] => [rule, `${excerpt(read.line)} ${detail}`];
  if (!mayArrive)
    return wrong(`the app read a request that was ${request.verdict === "good" ? "not to be" : request.verdict}`);
  if (arrivals > 1 && !REPEATABLE.has(request.method)) return wrong("the app read one request twice");
  if (read.method !== request.method || read.target !== request.target)
    return wrong("the app read another first line", request.target);
  if (read.body !== request.body)
    return wrong("the app read another body", `${excerpt(read.body)}, sent ${excerpt(request.body)}`);
  for (const [name, value] of request.passed) {
    if (valuesOf(read, name).join("|") !== value)
      return wrong("the app read another field", `${name}: ${valuesOf(read, name).join("|")}`);
  }
  for (const name of request.dropped)
    if (valuesOf(read, name).length > 0) return wrong("the app read a field of the hop", name);
  const hosts = valuesOf(read, "host");
  if (hosts.length !== 1 || !hosts[0]?.toLowerCase().startsWith(host))
    return wrong("the app read another host", hosts.join("|"));
  const clients = valuesOf(read, "x-forwarded-for");
  if (clients.join("|") !== from)
    return wrong("the app read another client's address, or none", `${clients.join("|")}, not ${from}`);
  if (read.trailers.some(([name]) => name !== "x-trailer")) return wrong("the app read trailers that nobody sent");
  return undefined;
}

/** Methods of requests that may be sent twice. */
export const REPEATABLE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

async function reply({ reply: { pieces, end, late } }: Sent, connection: AppConnection): Promise<void> {
  const { socket } = connection;
  for (const [at, { bytes, pauseMs }] of pieces.entries()) {
    if (at > 0) await new Promise(setImmediate);
    if (pauseMs > 0) await elapse(pauseMs);
    if (!socket.writable) return;
    if (bytes !== "") socket.write(bytes, "latin1");
  }
  if (late !== "") setTimeout(speakUnasked, 2, connection, late);
  if (end === "keep") connection.next();
  else if (end === "fin") socket.end();
  else socket.resetAndDestroy();
}

function speakUnasked(connection: AppConnection, bytes: string): void {
  const { socket } = connection;
  if (!socket.writable || connection.isAnswering) return;
  connection.isSpoilt = true;
  socket.write(bytes, "latin1");
}
