import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureOf } from "./outcome.ts";

const fault = (code: string, message = ""): Error => Object.assign(new Error(message), { code });

describe("what a fault means", () => {
  const before: readonly (readonly [code: string, kind: string, detail?: string])[] = [
    ["ECONNREFUSED", "refused"],
    ["EHOSTUNREACH", "refused"],
    ["ENETUNREACH", "refused"],
    ["ETIMEDOUT", "refused"],
    ["ENOTFOUND", "refused"],
    ["EAI_AGAIN", "refused"],
    ["ECONNRESET", "refused"],
    ["EMFILE", "failed", "upstream-reset"],
    ["EADDRNOTAVAIL", "failed", "upstream-reset"],
    ["ERR_INVALID_CHAR", "failed", "upstream-protocol"],
  ];
  for (const [code, kind, detail] of before) {
    void it(`before anything was sent: ${code} is ${kind}`, () => {
      assert.deepEqual(failureOf(fault(code), false), detail === undefined ? { kind } : { kind, code: detail });
    });
  }

  const after: readonly (readonly [code: string, message: string, detail: string])[] = [
    ["ECONNRESET", "", "upstream-reset"],
    ["EPIPE", "", "upstream-reset"],
    ["ETIMEDOUT", "", "upstream-reset"],
    ["HPE_INVALID_CONSTANT", "", "upstream-protocol"],
    ["", "", "upstream-protocol"],
  ];
  for (const [code, message, detail] of after) {
    void it(`after that: ${code} ${message} is ${detail}`, () => {
      assert.deepEqual(failureOf(fault(code, message), true), { kind: "failed", code: detail });
    });
  }
});
