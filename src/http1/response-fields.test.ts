import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createFieldNames, trailerPairs } from "./field-names.ts";
import { type ResponseFields, readFields } from "./response-fields.ts";
import { fieldLines, flatFields } from "./field-lines.ts";

const HOP = ["Connection", "keep-alive", "Proxy-Connection", "UPGRADE", "Transfer-Encoding"];
const name = fc.oneof(
  fc.constantFrom(...HOP, "Set-Cookie", "Content-Type", "X-A", "x-a", "Date"),
  fc.stringMatching(/^[a-zA-Z-]{1,12}$/u),
);

function sortFields(raw: readonly string[]): ResponseFields {
  const text = `${fieldLines(raw)}\r\n`;
  const fields = readFields(Buffer.from(text, "latin1"), text, 0);
  assert.ok(fields !== undefined);
  return fields;
}

describe("an answer's head", () => {
  void it("keeps everything but what is the connection's, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.constantFrom("chunked", "x-a", "date"))), (pairs) => {
        const isKept = ([header]: readonly [string, string]): boolean =>
          !HOP.some((hop) => hop.toLowerCase() === header.toLowerCase()) && header.toLowerCase() !== "trailer";
        const nominated = new Set<string>(
          pairs.filter(([header]) => header.toLowerCase() === "connection").map(([, value]) => value),
        );
        const expected = pairs.filter((pair) => isKept(pair) && !nominated.has(pair[0].toLowerCase()));
        assert.deepEqual(flatFields(sortFields(pairs.flat()).forClient(true)), expected.flat());
      }),
      { numRuns: 1000 },
    );
  });

  const promises: readonly (readonly [title: string, raw: string[], headers: string[], length: number])[] = [
    ["a length", ["Content-Length", "5"], ["Content-Length", "5"], 5],
    ["nothing", [], [], -1],
    ["trailers, in chunks", ["Trailer", "A", "trailer", "B"], ["Trailer", "A, B"], -1],
    ["trailers where there is no room", ["Trailer", "A", "Content-Length", "5"], ["Content-Length", "5"], 5],
    [
      "a length that Connection names",
      ["Connection", "content-length", "Content-Length", "5"],
      ["Content-Length", "5"],
      5,
    ],
  ];
  for (const [title, raw, headers, length] of promises) {
    void it(`promises ${title}`, () => {
      const fields = sortFields(raw);
      assert.deepEqual(
        [flatFields(fields.forClient(true)), fields.length, fields.isLengthWrong],
        [headers, length, false],
      );
    });
  }
});

describe("trailers", () => {
  void it("may not frame, route or name the client", () => {
    const bad = ["Content-Length", "Host", "Transfer-Encoding", "X-Forwarded-For", "X-Gateway-Wake", "Trailer", "TE"];
    const raw = ["X-Sum", "1", ...bad.flatMap((header) => [header, "x"]), "x-sum", "2"];
    assert.deepEqual(trailerPairs(createFieldNames(), raw), [
      ["X-Sum", "1"],
      ["x-sum", "2"],
    ]);
  });
});
