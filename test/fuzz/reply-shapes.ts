import type { WireReply } from "./exchange-plan.ts";
import { HOSTILE_REPLIES } from "./reply-shapes-hostile.ts";
import type { Random } from "./random.ts";
import { type ReplyShape, wireReply } from "./wire-reply.ts";
import { inChunks } from "./wire-request.ts";

/** Answers of an app that keeps to HTTP, be they short of what they promise. */
const HONEST: Readonly<Record<string, ReplyShape>> = {
  plain: () => ({}),
  late: (random) => ({ pauseMs: 1 + random.below(random.pick([3, 10, 40])) }),
  large: (random) => ({ body: "b".repeat(random.below(300_000)), pieces: 1 + random.below(5) }),
  chunked: (random) => ({
    chunks: inChunks(random.text(random.below(3_000)), random, ""),
    pieces: 1 + random.below(4),
  }),
  trailers: (random) => ({ chunks: inChunks("trailed", random, "X-Trailer: 1\r\n"), pieces: 1 + random.below(4) }),
  informing: (random) => ({
    before: random
      .pick(["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n"])
      .repeat(1 + random.below(3)),
    pieces: 1 + random.below(3),
  }),
  "one byte at a time": () => ({ body: "slow", pieces: 1_000 }),
  last: () => ({ fields: ["Connection: close"], end: "fin" }),
  "until its end": () => ({ fields: [], isUnframed: true, end: "fin" }),
  "not modified": () => ({ status: 304, body: "" }),
  "no content": () => ({ status: 204, body: "" }),
  early: () => ({ fields: ["Connection: close"], end: "fin", isEarly: true }),
  "cut in its content": (random) => ({
    body: "four",
    promised: 100,
    end: random.pick(["fin", "reset"]),
    validity: "fault",
    pauseMs: random.below(20),
  }),
  "cut in its chunks": (random) => ({
    chunks: random.pick(["5\r\nhel", "5\r\nhello\r\n", "5", "0\r\n"]),
    end: random.pick(["fin", "reset"]),
    validity: "fault",
  }),
  "cut in its head": (random) => ({
    whole: random.pick(["HTTP/1.1 200 OK\r\nX-", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\n"]),
    end: random.pick(["fin", "reset"]),
    validity: "fault",
  }),
  nothing: (random) => ({ whole: "", end: random.pick(["fin", "reset"]), validity: "fault" }),
};

const ALL: Readonly<Record<string, ReplyShape>> = { ...HONEST, ...HOSTILE_REPLIES };

/** Draws an answer of an honest app: mostly a plain one. */
export function drawReply(random: Random): string {
  return random.chance(0.6) ? random.pick(["plain", "late"]) : random.pick(Object.keys(HONEST));
}

/** Draws an answer of an app that may do anything. */
export function drawHostileReply(random: Random): string {
  return random.pick(Object.keys(random.chance(0.3) ? HONEST : HOSTILE_REPLIES));
}

/** Makes an answer of a shape. */
export function makeReply(shape: string, random: Random, id: string, method: string): WireReply {
  const make = ALL[shape];
  if (make === undefined) throw new TypeError(`no shape ${shape}`);
  return wireReply(make(random, id), random, id, method);
}
