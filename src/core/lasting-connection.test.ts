import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConnectionFacts, isLastingUse } from "./lasting-connection.ts";

const SILENT: ConnectionFacts = {
  before: ["fe80:1"],
  after: ["fe80:2", "fe80:1"],
  wasUsed: false,
  silentMs: 96_000,
  isDirect: true,
  mayStream: false,
};

for (const [rule, facts, expected] of [
  ["a silent connection that Traefik would have closed by now is in use", {}, true],
  ["one that it may still keep for the next request is not", { silentMs: 94_000 }, false],
  ["a TCP health check makes another connection each time", { before: ["fe80:1"], after: ["fe80:2"] }, false],
  ["one that has just ended no longer is", { after: [] }, false],
  ["but was until now if it was before", { after: [], wasUsed: true }, true],
  ["and that only once", { before: [], after: [], wasUsed: true }, false],
  ["where connections cannot be seen none is", { before: undefined, after: undefined }, false],
  ["another front may keep one for two minutes", { isDirect: false, mayStream: true }, false],
  ["but not longer, if it has let a stream through", { isDirect: false, mayStream: true, silentMs: 126_000 }, true],
  [
    "unless no stream was let through, since Envoy keeps its own for an hour",
    { isDirect: false, silentMs: 126_000 },
    false,
  ],
] as readonly (readonly [string, Partial<ConnectionFacts>, boolean])[]) {
  test(rule, () => assert.equal(isLastingUse({ ...SILENT, ...facts }), expected));
}
