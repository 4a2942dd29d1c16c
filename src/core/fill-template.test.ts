import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asJson, asText, fillTemplate, templateNames } from "./fill-template.ts";

const values = { name: 'a "b"\n', count: 3, none: null };

const texts: readonly [rule: string, template: string, expected: string][] = [
  ["a text without places stays as it is", "plain { } }}", "plain { } }}"],
  ["a place is filled, with or without spaces", "{{name}}|{{ count }}|{{\tcount\n}}", 'a "b"\n|3|3'],
  ["a place may come twice", "{{ count }}{{ count }}", "33"],
  ["nothing is empty", "[{{ none }}]", "[]"],
  ["an unknown name stays as it is", "{{ nobody }}", "{{ nobody }}"],
  ["a name of an object's prototype is unknown", "{{ constructor }}", "{{ constructor }}"],
];
for (const [rule, template, expected] of texts) {
  test(rule, () => assert.equal(fillTemplate(template, values, asText), expected));
}

test("in JSON a text cannot end its quotes, a number stays one, and nothing is null", () => {
  const filled = fillTemplate('{"a": "{{ name }}", "b": {{ count }}, "c": {{ none }}}', values, asJson);
  assert.deepEqual(JSON.parse(filled), { a: 'a "b"\n', b: 3, c: null });
});

test("whatever a value is, within quotes JSON stays JSON and gives it back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const filled = fillTemplate('{"text": "{{ value }}"}', { value }, asJson);
      assert.deepEqual(JSON.parse(filled), { text: value });
    }),
  );
});

test("what a value says is not filled again", () => {
  assert.equal(fillTemplate("{{ name }}", { name: "{{ count }}", count: 1 }, asText), "{{ count }}");
});

test("each name is returned once, in order", () => {
  assert.deepEqual(templateNames("{{ b }} {{a}} {{ b }}"), ["b", "a"]);
});
