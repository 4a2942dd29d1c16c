import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lossOf } from "./outcome.ts";

const request = { repeatable: false, used: false, method: "POST", published: false };
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
      const outcome = lossOf({ ...request, error: fault(code), sent: false });
      assert.deepEqual(outcome, detail === undefined ? { kind } : { kind, code: detail });
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
      const outcome = lossOf({ ...request, error: fault(code, message), sent: true });
      assert.deepEqual(outcome, { kind: "failed", code: detail });
    });
  }
});
