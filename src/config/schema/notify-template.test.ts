import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNotifyTemplate } from "./notify-template.ts";

const templates: readonly [rule: string, template: string, fault: string | undefined][] = [
  ["a text without fields is fine", "something happened", undefined],
  ["fields that exist are fine", '{"text": "{{title}}: {{ message }}", "ms": {{ duration_ms }}}', undefined],
  [
    "a misspelt field is a fault with the one that was meant",
    "{{ mesage }}",
    '{{ mesage }} is not a field of a notification; did you mean "message"?',
  ],
  ["what is no field is a fault", "{{ secret }}", "{{ secret }} is not a field of a notification"],
];
for (const [rule, template, fault] of templates) {
  test(rule, () => {
    assert.deepEqual(
      parseNotifyTemplate(template),
      fault === undefined ? { ok: true, value: template } : { ok: false, fault },
    );
  });
}
