import type { Random } from "./random.ts";
import type { RequestForm, Shape } from "./wire-request.ts";

const spoilt = (spoil: (head: string, random: Random) => string): Shape => {
  return (random) => ({ verdict: "broken", spoil: (head) => spoil(head, random) });
};
const withField = (list: readonly string[], raw = "hello"): Shape => {
  return (random) => ({ method: "POST", verdict: "broken", fields: random.pick(list).split("|"), raw });
};
const inContent = (list: readonly string[]): Shape => {
  return (random): RequestForm => {
    const host = random.chance(0.3) ? "nobody.local" : "app.local";
    return { method: "POST", host, verdict: "broken", fields: ["Transfer-Encoding: chunked"], raw: random.pick(list) };
  };
};

/** Requests that two readers could understand two ways, and what is none at all. */
export const BROKEN_REQUESTS: Readonly<Record<string, Shape>> = {
  version: (random) => ({
    verdict: "broken",
    version: random.pick([
      "HTTP/2.0",
      "HTTP/3.0",
      "HTTP/0.9",
      "HTTP/1.1.1",
      "http/1.1",
      "HTTP/11",
      "HTTPS/1.1",
      "ICE/1.0",
    ]),
  }),
  method: (random) => ({
    verdict: "broken",
    method: random.pick(["get", "FOO", "G ET", "", "CONNECT", "GET\t", "PRI"]),
  }),
  target: (random) => ({ verdict: "broken", target: random.pick(["/a b", "", "/\0", "/\r", "/\x7f"]) }),
  "both framings": withField(
    ["Transfer-Encoding: chunked|Content-Length: 5", "Content-Length: 5|Transfer-Encoding: chunked"],
    "0\r\n\r\n",
  ),
  lengths: withField([
    "Content-Length: 5|Content-Length: 6",
    "Content-Length: 6|Content-Length: 5",
    "Content-Length: +5",
    "Content-Length: -5",
    "Content-Length: 0x5",
    "Content-Length: 5 5",
    "Content-Length: 5, 6",
    "Content-Length: five",
    "Content-Length: ",
    "Content-Length: 99999999999999999999",
  ]),
  codings: withField(
    [
      "Transfer-Encoding: chunked, gzip",
      "Transfer-Encoding: identity",
      "Transfer-Encoding: xchunked",
      "Transfer-Encoding: chunked|Transfer-Encoding: identity",
    ],
    "0\r\n\r\n",
  ),
  "space before the colon": withField(["Content-Length : 5", "Transfer-Encoding : chunked", "X-A : 1"]),
  "folded line": withField(["X-A: 1\r\n Content-Length: 5", "X-A: 1\r\n\tb", " X-First: 1"]),
  "no field": withField([
    "no colon",
    ": no name",
    "X[]: 1",
    "X-A: a\0b",
    "X-A: a\x01b",
    "X\x80: 1",
    "X-A: a\rb",
    "X-A: \x7f",
  ]),
  "bare LF in the head": spoilt((head) => head.replace("\r\n", "\n")),
  "bare LF at the head's end": spoilt((head, choices) =>
    head.replace(/\r\n\r\n$/u, choices.pick(["\r\n\n", "\n\r\n", "\n\n"])),
  ),
  "bare CR in the head": spoilt((head) => head.replace("\r\n", "\r")),
  "a head that is too long": spoilt((head, choices) => {
    const size = 66_000 + choices.below(60_000);
    return head.replace(/\r\n\r\n$/u, `\r\nX-Long: ${"l".repeat(size)}\r\n\r\n`);
  }),
  "TLS hello": spoilt(() => "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n"),
  "HTTP/2 preface": spoilt(() => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
  noise: spoilt(
    (_head, choices) =>
      `${choices.pick(["X", "\0", "\x80", "\r", "GET"])}${choices.text(1 + choices.below(60))}\r\n\r\n`,
  ),
  "chunk size": inContent([
    "5;\0\r\nhello\r\n0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "-5\r\nhello\r\n0\r\n\r\n",
    "g\r\nhello\r\n0\r\n\r\n",
  ]),
  "chunk size without end": inContent(["5\nhello\r\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n"]),
  "huge chunk": inContent(["ffffffffffffffff0\r\nhello\r\n0\r\n\r\n"]),
  "chunk without end": inContent([
    "5\r\nhelloXX\r\n0\r\n\r\n",
    "5\r\nhello0\r\n\r\n",
    "5\r\nhello\n0\r\n\r\n",
    "5\r\nhel\r\n0\r\n\r\n",
  ]),
  "end of the chunks": inContent([
    "0\r\n\n",
    "0\r\nbad trailer\r\n\r\n",
    "0\r\n: x\r\n\r\n",
    "0\n\n",
    "0\r\n\0: x\r\n\r\n",
  ]),
};
