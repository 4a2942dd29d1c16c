import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeHeaders } from "./raw-headers.ts";

/** Any byte but NUL, as a character. */
const latin1 = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1"));

describe("headers from undici's buffers", () => {
  void it("are decoded byte for byte when they are views of one packet", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(latin1, latin1)), (pairs) => {
        const flat = pairs.flat();
        const packet = Buffer.from(`HTTP/1.1 200 OK\r\n${flat.join("\r\n")}`, "latin1");
        let at = 17;
        const views = flat.map((text) => {
          const view = packet.subarray(at, at + text.length);
          at += text.length + 2;
          return view;
        });
        assert.deepEqual(decodeHeaders(views), flat);
      }),
    );
  });

  void it("are decoded byte for byte when any of them came in pieces, from whatever memory", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(latin1, fc.boolean())), (parts) => {
        const packet = Buffer.from(parts.map(([text]) => text).join(""), "latin1");
        let at = 0;
        const views = parts.map(([text, isAlone]) => {
          at += text.length;
          return isAlone ? Buffer.from(text, "latin1") : packet.subarray(at - text.length, at);
        });
        assert.deepEqual(
          decodeHeaders(views),
          parts.map(([text]) => text),
        );
      }),
    );
  });
});
