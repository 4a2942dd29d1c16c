import type { ReplyShape } from "./wire-reply.ts";

/** Its name, for where an upgrade is asked for. */
export const UNASKED_UPGRADE = "101 that nobody asked for";

/** Answers of an app that is broken, or wants to speak to somebody else's client. */
export const HOSTILE_REPLIES: Readonly<Record<string, ReplyShape>> = {
  "a second answer behind": (_random, id) => ({ behind: foreign(id) }),
  "a second answer later": (_random, id) => ({ late: foreign(id) }),
  "noise behind": (random) => ({ behind: random.pick(["X", "\r\n", "\0", "HTTP/1.1 ", random.text(40)]) }),
  "noise behind the chunks": (random, id) => ({
    chunks: "5\r\nhello\r\n0\r\n\r\n",
    behind: random.pick(["X", "\r\n", foreign(id)]),
  }),
  "not modified with content": (_random, id) => ({
    status: 304,
    body: "",
    fields: ["Content-Length: 4"],
    behind: unasked(id),
  }),
  "no content with content": (_random, id) => ({ status: 204, body: "", behind: unasked(id) }),
  "informing a lot": (random) => ({ before: "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n".repeat(random.below(200)) }),
  "100 that nobody asked for": () => ({ before: "HTTP/1.1 100 Continue\r\n\r\n" }),
  [UNASKED_UPGRADE]: (_random, id) => ({
    whole: `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\n${foreign(id)}`,
    validity: "lenient",
  }),
  "trailers that name framing": (random) => ({
    chunks: `5\r\nhello\r\n0\r\n${random.pick(FRAMING_TRAILERS)}\r\n\r\n`,
    fields: random.chance(0.5) ? ["Trailer: Content-Length, X-T"] : [],
  }),
  "bad trailers": fault((random) => ({
    chunks: `5\r\nhello\r\n0\r\n${random.pick(["bad", ": x", "A\0: 1", "A : 1"])}\r\n\r\n`,
  })),
  "bad end of the chunks": fault((random) => ({
    chunks: `5\r\nhello\r\n${random.pick(["0\r\n\n", "0\r\n\rX", "0\r\nX\n\n", "0\n\n", "0\n\r\n"])}`,
  })),
  "bad chunk": fault((random) => ({ chunks: `${random.pick(BAD_CHUNKS)}\r\n0\r\n\r\n` })),
  "bad lengths": fault((random) => ({
    fields: [`Content-Length: ${random.pick(["5", "abc", "-5", "+5", "0x5", "1e3", "99999999999999999999"])}`],
  })),
  "both framings": fault(() => ({ chunks: "5\r\nhello\r\n0\r\n\r\n", fields: ["Content-Length: 5"] })),
  "unknown coding": fault((random) => ({
    isUnframed: true,
    fields: [`Transfer-Encoding: ${random.pick(["gzip", "chunked, gzip", "x", "gzip, chunked"])}`],
  })),
  "bad field": (random) => ({
    validity: "lenient",
    fields: [random.pick(["X-A : 1", "no colon", ": x", "X-A: 1\r\n folded", "X-A: a\0b", "X-A: a\rb", "X\x01: 1"])],
  }),
  "half a line end": (random) => ({
    validity: "lenient",
    spoil: (head) => head.replace("\r\n", random.pick(["\n", "\r"])),
  }),
  "bad status line": fault((random) => ({ spoil: (head) => head.replace("HTTP/1.1 200", random.pick(BAD_STATUS)) })),
  "no HTTP": fault((random) => ({
    whole: `${random.pick(["SSH-2.0-x\r\n", "\0\0\0\0", "220 hello\r\n", "<html>"])}${random.text(20)}\r\n\r\n`,
  })),
  "a head that is too long": fault(() => ({ fields: [`X-Long: ${"l".repeat(70_000)}`] })),
  "HTTP/1.0": (random) => ({ version: "HTTP/1.0", end: random.pick(["fin", "keep"]) }),
  "more than it promised": (random, id) => ({ promised: 3, body: "abc", behind: random.pick(["d", foreign(id)]) }),
};

/** What must not reach the client as an answer. */
function fault(shape: ReplyShape): ReplyShape {
  return (random, id) => ({ validity: "fault", ...shape(random, id) });
}

const FRAMING_TRAILERS = [
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "X-T: 1\r\nContent-Length: 9",
  "Host: x",
  "Connection: close",
];
const BAD_CHUNKS = [
  "5\r\nhelloXX",
  "zz\r\nhello",
  "-5\r\nhello",
  "0x5\r\nhello",
  "5\nhello",
  "ffffffffffffffff0\r\nhello",
  "5\r\nhel",
  "5;\0\r\nhello",
  " 5\r\nhello",
];
const BAD_STATUS = [
  "HTTP/2 200",
  "HTTP/2.0 200",
  "HTTP/1.1 99",
  "HTTP/1.1 2000",
  "HTTP/1.1 abc",
  "http/1.1 200",
  "HTTP/1.1",
];

/** An answer that nobody is to see. */
export function foreign(id: string): string {
  return `HTTP/1.1 200 OK\r\nX-Fuzz-Id: FOREIGN-${id}\r\nContent-Length: 7\r\n\r\nFOREIGN`;
}

function unasked(id: string): string {
  return id.length % 2 === 0 ? "four" : foreign(id);
}
