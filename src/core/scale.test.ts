import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { membersToWake, type ScaleView } from "./scale.ts";

const asleep: ScaleView = { awake: false, waking: false, failing: false, inFlight: 0 };
const waking: ScaleView = { ...asleep, waking: true };
const failing: ScaleView = { ...asleep, failing: true };
const awake = (inFlight: number): ScaleView => ({ ...asleep, awake: true, inFlight });

const cases: readonly [rule: string, members: readonly ScaleView[], target: number, expected: readonly number[]][] = [
  ["without a target all sleeping members are woken", [asleep, asleep, asleep], 0, [0, 1, 2]],
  [
    "without a target those that are awake, waking or failing are left alone",
    [awake(0), waking, failing, asleep],
    0,
    [3],
  ],
  ["a negative target is none", [asleep, asleep], -1, [0, 1]],
  ["with a target one is woken first", [asleep, asleep], 1, [0]],
  ["with a target nobody is woken while one is on its way", [waking, asleep], 1, []],
  ["with a target a failing one is passed over", [failing, asleep, asleep], 1, [1]],
  ["while a place is free nobody else is woken", [awake(2), awake(1), asleep], 2, []],
  ["once every awake member is full, one more is woken", [awake(2), awake(3), asleep, asleep], 2, [2]],
  ["with everybody awake nobody is woken", [awake(9), awake(9)], 1, []],
  ["with everybody failing nobody is woken", [failing, failing], 1, []],
  ["no members, nobody to wake", [], 1, []],
];
for (const [rule, members, target, expected] of cases) {
  test(rule, () => {
    assert.deepEqual(membersToWake(members, target), expected);
  });
}

const view = fc.record({ awake: fc.boolean(), waking: fc.boolean(), failing: fc.boolean(), inFlight: fc.nat(9) });

test("only members that sleep are woken, with a target one at a time", () => {
  fc.assert(
    fc.property(fc.array(view), fc.integer({ min: -1, max: 9 }), (members, target) => {
      const indexes = membersToWake(members, target);
      for (const index of indexes) {
        const member = members[index]!;
        assert.ok(!member.awake && !member.waking && !member.failing);
      }
      if (target > 0) assert.ok(indexes.length <= 1);
    }),
  );
});

test("when no member is awake or on its way and one may be woken, one is", () => {
  const resting = view.map((member) => ({ ...member, awake: false, waking: false }));
  fc.assert(
    fc.property(fc.array(resting), fc.nat(9), (members, target) => {
      if (members.some(({ failing: fails }) => !fails)) assert.ok(membersToWake(members, target).length > 0);
    }),
  );
});
