import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createBalancer, type Candidate } from "./balance.ts";

const STRATEGIES = ["round-robin", "least-connections", "weighted"] as const;

function member(name: string, { weight = 1, inFlight = 0 } = {}): Candidate {
  return { name, weight, inFlight };
}

const turns: readonly [
  rule: string,
  strategy: (typeof STRATEGIES)[number],
  ready: readonly Candidate[],
  expected: string,
][] = [
  ["round-robin takes turns", "round-robin", [member("a"), member("b"), member("c")], "abcabcabc"],
  ["round-robin knows no weights", "round-robin", [member("a", { weight: 9 }), member("b")], "abab"],
  [
    "least-connections takes the idlest",
    "least-connections",
    [member("a", { inFlight: 3 }), member("b", { inFlight: 1 }), member("c", { inFlight: 2 })],
    "bbb",
  ],
  ["least-connections takes turns among equals", "least-connections", [member("a"), member("b")], "abab"],
  [
    "least-connections takes weights into account",
    "least-connections",
    [member("a", { inFlight: 3, weight: 4 }), member("b", { inFlight: 1 })],
    "aa",
  ],
  [
    "least-connections takes a weight of 0 for 1",
    "least-connections",
    [member("a", { inFlight: 2, weight: 0 }), member("b", { inFlight: 1 })],
    "bb",
  ],
  ["weighted spreads a heavy member's turns", "weighted", [member("a", { weight: 3 }), member("b")], "aabaaaba"],
  ["weighted is smooth with three", "weighted", [member("a", { weight: 5 }), member("b"), member("c")], "aabacaa"],
  ["weighted with equal weights takes turns", "weighted", [member("a"), member("b")], "abab"],
  [
    "weighted never takes a weight of 0 if there are others",
    "weighted",
    [member("a", { weight: 0 }), member("b")],
    "bbb",
  ],
  ["weighted takes the only one, whatever its weight", "weighted", [member("a", { weight: 0 })], "aa"],
];
for (const [rule, strategy, ready, expected] of turns) {
  test(`${rule}: ${expected}`, () => {
    const balance = createBalancer(strategy);
    assert.equal(
      expected
        .split("")
        .map(() => balance(ready)?.name)
        .join(""),
      expected,
    );
  });
}

for (const strategy of STRATEGIES) {
  test(`${strategy} chooses nobody where nobody is ready`, () => {
    assert.equal(createBalancer(strategy)([]), undefined);
  });

  test(`${strategy} chooses one of those that are ready now, however they come and go`, () => {
    const candidate = fc.record({ name: fc.constantFrom("a", "b", "c", "d"), inFlight: fc.nat(9), weight: fc.nat(5) });
    const ready = fc.uniqueArray(candidate, { selector: ({ name }) => name, minLength: 1 });
    fc.assert(
      fc.property(fc.array(ready, { minLength: 1, maxLength: 30 }), (rounds) => {
        const balance = createBalancer(strategy);
        for (const round of rounds) assert.ok(round.includes(balance(round)!));
      }),
    );
  });
}

test("round-robin gives everybody the same share, weighted each its weight's", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, (list) => {
      const members = list.map((weight, index) => member(`m${index}`, { weight }));
      for (const [strategy, share] of [
        ["round-robin", () => 1],
        ["weighted", (index: number) => list[index]!],
      ] as const) {
        const balance = createBalancer(strategy);
        const rounds = members.reduce((sum, _, index) => sum + share(index), 0);
        const counts = new Map<string, number>();
        for (let turn = 0; turn < rounds; turn += 1) {
          const { name } = balance(members)!;
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
        for (const [index, { name }] of members.entries()) assert.equal(counts.get(name), share(index), strategy);
      }
    }),
  );
});
