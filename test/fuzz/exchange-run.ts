import { runClient, type Step } from "./client.ts";
import { type ConnectionPlan, type ExchangePlan, PLAINEST, type WireReply, type WireRequest } from "./exchange-plan.ts";
import type { ExchangeLog } from "./exchange-log.ts";
import { isComplete, judge } from "./judge.ts";
import { choicesOf } from "./random.ts";
import { makeReply } from "./reply-shapes.ts";
import { UNASKED_UPGRADE } from "./reply-shapes-hostile.ts";
import { asksForTheEnd } from "./wire-request.ts";
import { makeRequest } from "./request-shapes.ts";

/** A part of a plan with its bytes, and what has become of it. */
export interface Sent {
  readonly id: string;
  readonly request: WireRequest;
  readonly reply: WireReply;
  /** The client's address, and the host that it requests. */
  readonly from: string;
  readonly host: string;
  /** All of its bytes are sent. */
  readonly isWhole: boolean;
  /** Whether the app may read it as a whole. */
  readonly mayArrive: boolean;
  /** How often the app has read it. */
  arrivals: number;
  /** It was sent to the app while unrequested bytes arrived: a race that keep-alive cannot avoid. */
  isInRace: boolean;
}

/** A broken rule: a text that is the same each time, and what it was about. */
export interface Fault {
  readonly rule: string;
  readonly detail: string;
  /** It may come from a race that keep-alive cannot avoid: then it is not seen again when its case runs alone. */
  readonly mayBeRace?: boolean;
}

/** The target of a plan. */
export interface ExchangeTarget {
  readonly port: number;
  readonly host: string;
  /** Of this run of the plan alone. */
  readonly tag: string;
  /** The clients' network (`127.x.…`), in place of one that follows from the tag. */
  readonly net?: number;
}

/** Carries out a plan and returns the first broken rule. */
export async function runExchange(
  plan: ExchangePlan,
  log: ExchangeLog,
  target: ExchangeTarget,
): Promise<Fault | undefined> {
  const connections = plan.connections.map((connection, at) => render(connection, target, at));
  for (const { sent } of connections) for (const one of sent) log.expect(one);
  const faults = await Promise.all(
    connections.map(async ({ connection, sent, steps }) => {
      const isAll = (text: string): boolean => isComplete(sent, text);
      const received = await runClient({ port: target.port, from: sent[0]?.from ?? "", steps, isAll });
      return judge(sent, received, connection.leaving !== undefined);
    }),
  );
  const all = connections.flatMap(({ sent }) => sent);
  const seen = log.faultsOf(all);
  for (const one of all) log.forget(one);
  return seen ?? faults.find((fault) => fault !== undefined);
}

/** Returns everything that a plan sends, for a person. */
export function renderedBytes({ connections }: ExchangePlan, host: string): { steps: Step[]; replies: WireReply[] }[] {
  return connections.map((connection, at) => {
    const { steps, sent } = render(connection, { host, tag: "fz0000" }, at);
    return { steps, replies: sent.map(({ reply }) => reply) };
  });
}

interface Rendered {
  readonly connection: ConnectionPlan;
  readonly sent: readonly Sent[];
  readonly steps: Step[];
}

function render(connection: ConnectionPlan, { host, tag, net }: Omit<ExchangeTarget, "port">, at: number): Rendered {
  const { parts, leaving } = connection;
  const from = addressOf(tag, at, net);
  const wires = parts.map(({ request, reply }, index) => {
    const id = `${tag}-${at}-${index}`;
    const wire = makeRequest(request.shape, choicesOf(request.seed), id, host);
    // An upgrade that is granted is no matter of this kind.
    const shape = wire.isUpgrade && reply.shape === UNASKED_UPGRADE ? PLAINEST.shape : reply.shape;
    return { id, request: wire, reply: makeReply(shape, choicesOf(reply.seed), id, wire.method) };
  });
  const bytes = wires.map(({ request }) => request.bytes).join("");
  const sentBytes = sentLength(bytes, leaving);
  let isLost = false;
  let end = 0;
  const sent = wires.map(({ id, request, reply }): Sent => {
    end += request.bytes.length;
    const isWhole = end <= sentBytes;
    const mayArrive = !isLost && isWhole && request.verdict !== "broken" && request.verdict !== "own";
    isLost ||= request.verdict === "broken" || asksForTheEnd(request.bytes);
    return { id, request, reply, from, host, isWhole, mayArrive, arrivals: 0, isInRace: false };
  });
  return { connection, sent, steps: stepsOf(connection, bytes) };
}

/** Returns what a client does to send these bytes as planned; those behind its leaving are not among them. */
export function stepsOf({ cuts, leaving }: ConnectionPlan, all: string): Step[] {
  const bytes = all.slice(0, sentLength(all, leaving));
  const steps: Step[] = [];
  let from = 0;
  for (const { at, pauseMs } of cuts.toSorted((one, other) => one.at - other.at)) {
    const to = Math.floor((bytes.length * at) / 1000);
    if (to <= from) continue;
    steps.push({ do: "write", bytes: bytes.slice(from, to) }, { do: "pause", ms: pauseMs });
    from = to;
  }
  if (from < bytes.length) steps.push({ do: "write", bytes: bytes.slice(from) });
  if (leaving === undefined) return steps;
  if (leaving.received > 0) steps.push({ do: "receive", bytes: leaving.received, ms: 50 });
  if (leaving.pauseMs > 0) steps.push({ do: "pause", ms: leaving.pauseMs });
  return [...steps, { do: leaving.how }];
}

function sentLength({ length }: string, leaving: ConnectionPlan["leaving"]): number {
  return Math.floor((length * (leaving?.at ?? 1000)) / 1000);
}

/** An address of its own for each connection, of the loopback network. */
function addressOf(tag: string, at: number, net?: number): string {
  const number = (Number.parseInt(tag.slice(2), 36) * 7 + at) % (250 * 250 * 100);
  return `127.${net ?? 1 + Math.floor(number / 62_500)}.${1 + (Math.floor(number / 250) % 250)}.${2 + (number % 250)}`;
}
