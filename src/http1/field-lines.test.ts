import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FieldReader, FieldNameTable } from "./field-lines.ts";

const names = new FieldNameTable([
  ["date", 1],
  ["content-length", 2],
]);

function meaningOf(name: string): number | undefined {
  const bytes = Buffer.from(`${name}: x\r\n`, "latin1");
  const field = new FieldReader();
  assert.equal(field.read(bytes, 0, bytes.length), "field");
  return names.find(bytes, 0, field);
}

describe("a table of names", () => {
  void it("knows a name in any case", () => {
    assert.deepEqual(["date", "DATE", "Content-Length", "cOnTeNt-lEnGtH"].map(meaningOf), [1, 1, 2, 2]);
  });

  void it("knows no other, were it made of the same letters, or of letters that add up to the same", () => {
    for (const other of ["dat", "dates", "etad", "dav'", "content_length", "x-date"]) {
      assert.equal(meaningOf(other), undefined, other);
    }
    fc.assert(
      fc.property(fc.stringMatching(/^[!-9;-~]{1,20}$/u).filter(isNoName), (name) => meaningOf(name) === undefined),
    );
  });

  void it("refuses two names that it cannot tell apart", () => {
    assert.throws(
      () =>
        new FieldNameTable([
          ["date", 1],
          ["dav'", 2],
        ]),
      /dav'/u,
    );
  });
});

function isNoName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/u.test(name) && !["date", "content-length"].includes(name.toLowerCase());
}
