import assert from "node:assert/strict";
import { test } from "node:test";
import { toNotification } from "../core/notification.ts";
import type { NotifySettings } from "../core/settings.ts";
import { composeMessage } from "./compose-message.ts";

const notification = toNotification(
  {
    type: "wake-failed",
    workload: "app",
    failure: {
      reason: "exited",
      cause: { code: "refused", message: 'it said "<!channel> & @everyone"' },
      exitCode: 3,
      atMs: 0,
    },
    durationMs: 900,
    retryMs: 3_000,
  },
  Date.UTC(2026, 5, 1, 12),
)!;
const message = 'it said "<!channel> & @everyone"; not retried for 3.00 s.';

const hook = (preset: NotifySettings["preset"], template = ""): NotifySettings => ({
  url: "https://hooks.test",
  events: [],
  headers: {},
  secret: "",
  preset,
  template,
});
const json = { "content-type": "application/json" };
const plain = { "content-type": "text/plain; charset=utf-8" };
const ntfy = { title: "app could not be woken", tags: "rotating_light", priority: "4" };

const bodies: readonly [rule: string, hook: NotifySettings, headers: object, body: object | string][] = [
  ["without a preset every field is sent as JSON", hook(""), json, { ...notification }],
  ["ntfy gets the sentence as the body and the rest as headers", hook("ntfy"), { ...plain, ...ntfy }, message],
  [
    "Discord gets an embed and may ping nobody",
    hook("discord"),
    json,
    {
      content: "",
      embeds: [
        {
          title: "app could not be woken",
          description: message,
          color: 0xe03131,
          timestamp: "2026-06-01T12:00:00.000Z",
        },
      ],
      allowed_mentions: { parse: [] },
    },
  ],
  [
    "Slack gets one text whose marks are escaped",
    hook("slack"),
    json,
    { text: '*app could not be woken*\nit said "&lt;!channel&gt; &amp; @everyone"; not retried for 3.00 s.' },
  ],
  ["Gotify gets title, message and priority", hook("gotify"), json, { title: ntfy.title, message, priority: 8 }],
  ["a template that is no JSON is the body without a preset", hook("", "{{ container }}!"), plain, "app!"],
  [
    "a template that is no JSON is the message within a preset",
    hook("gotify", "{{ container }}: {{ awake_ms }}{{ exit_code }}"),
    json,
    { title: ntfy.title, message: "app: 3", priority: 8 },
  ],
  [
    "a template that is JSON is the whole body, whatever its values are",
    hook("discord", '{"content": "{{ message }}", "code": {{ exit_code }}, "awake": {{ awake_ms }}}'),
    json,
    { content: message, code: 3, awake: null },
  ],
  [
    "a template that is JSON keeps the preset's headers",
    hook("ntfy", '["{{ event }}"]'),
    { ...ntfy, ...json },
    ["failed"],
  ],
  ["a template in brackets is not yet JSON", hook("", "[gateway] {{ title }}"), plain, `[gateway] ${ntfy.title}`],
];
for (const [rule, settings, headers, body] of bodies) {
  test(rule, () => {
    const composed = composeMessage(settings, notification);
    assert.deepEqual(composed.headers, headers);
    assert.deepEqual(typeof body === "string" ? composed.body : JSON.parse(composed.body), body);
  });
}

test("a description is never longer than Discord takes", () => {
  const long = { ...notification, message: "x".repeat(9_000) };
  const [embed] = JSON.parse(composeMessage(hook("discord"), long).body).embeds;
  assert.equal(embed.description.length, 4_096);
});
