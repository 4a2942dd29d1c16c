import { NOTIFICATION_FIELDS, toNotification } from "../src/core/notification.ts";
import { MOST_TRIES, MOST_WAITING } from "../src/notify/delivery-queue.ts";
import { table } from "./markdown-table.ts";

/** Generates docs/notifications.md with the fields and an example from the code. */
// oxlint-disable-next-line max-lines-per-function -- a page of text
export function generate(): Record<string, string> {
  const fields = Object.entries(NOTIFICATION_FIELDS).map(([name, what]) => [`\`${name}\``, what]);
  const example = toNotification(
    { type: "stopped", workload: "my-app", reason: "idle", durationMs: 240, awakeMs: 3_700_000 },
    Date.UTC(2026, 5, 1, 12),
  );
  const text = `<!-- Made from src/core/notification.ts by \`npm run generate\`; edits here are overwritten. -->

# Notifications

The gateway sends webhooks when it wakes a container, when the container is ready, when it stops the container, and when something fails.

\`\`\`yaml
gateway:
  notify:
    - url: https://ntfy.sh/my-secret-topic
      preset: ntfy
      events: [failed]
    - url: https://example.com/hook
      secret: a-long-random-text
\`\`\`

The keys are described in the [configuration](configuration.md). Starts and stops by somebody else send no message, except a crash.

| event | when |
| --- | --- |
| \`wake\` | A container is being started. |
| \`ready\` | The container is ready: it answers. |
| \`stop\` | The gateway stopped the container. |
| \`failed\` | A wake or a stop failed, or the container crashed while it was awake. |

## What is sent

Without a preset, a POST with JSON:

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

${table(["field", "what it holds"], fields)}

A field that does not apply to an event is \`null\`, or an empty text.

| preset | address | what is sent |
| --- | --- | --- |
| \`ntfy\` | \`https://ntfy.sh/TOPIC\` | the message as plain text, with \`Title\`, \`Tags\` and \`Priority\` headers |
| \`discord\` | the webhook's address | an embed in the event's colour; it cannot mention anybody |
| \`slack\` | the incoming webhook's address | \`text\`, with Slack's markup escaped |
| \`gotify\` | \`https://HOST/message\` | \`title\`, \`message\` and \`priority\`; put the token into \`headers: {X-Gotify-Key: TOKEN}\` |

## Templates

\`template\` replaces the message; \`{{ field }}\` inserts any field of the table above. An unknown field is a configuration fault.

- A template that is **JSON** is the whole body. Put text fields in quotes (\`"{{ message }}"\`, with any content), but not numbers (\`{{ duration_ms }}\`, \`null\` where there is none).
- **Any other** template is a text: the message within the preset, or the whole body without one.

\`\`\`yaml
gateway:
  notify:
    - url: https://example.com/hook
      template: '{"summary": "{{ title }}", "seconds": {{ duration_ms }}}'
    - url: https://ntfy.sh/my-secret-topic
      preset: ntfy
      template: "{{ container }}: {{ message }}"
\`\`\`

## Headers

\`X-Gateway-Event\` is the event. \`X-Gateway-Delivery\` is a unique id for each message: it stays the same when a message is sent again, so that a receiver can drop duplicates. \`headers\` adds more fields and overrides these. A user and a password in the address are sent as \`Authorization: Basic\`.

With a \`secret\` every message is signed: \`X-Gateway-Signature: t=SECONDS,v1=HEX\`, where HEX is the HMAC-SHA256 of the seconds, a full stop and the body as it was sent. A receiver checks it like this, and refuses messages that are older than a few minutes:

\`\`\`js
import { createHmac, timingSafeEqual } from "node:crypto";

export function isGenuine(header, body, secret, now = Date.now()) {
  const [, seconds, given] = /^t=(\\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (given === undefined || Math.abs(now / 1000 - Number(seconds)) > 300) return false;
  const expected = createHmac("sha256", secret).update(\`\${seconds}.\`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(given, "hex"));
}
\`\`\`

## Delivery

No request waits for a message. Each webhook gets its messages one at a time, in order. Any 2xx means that the message was accepted; each try may take ten seconds. After a 408, a 429, a 5xx or no answer, the gateway sends the message again: ${MOST_TRIES} tries over nearly six minutes, or as late as \`Retry-After\` says (ten minutes at most). Any other status is final. Redirects are not followed: configure the final address. At most ${MOST_WAITING} messages wait for each webhook; beyond that the oldest are dropped. When the gateway shuts down, it tries the waiting messages once more and then drops them. The log reports once when a webhook starts to lose messages. It never contains the path or the query of an address, because they often contain a secret.
`;
  return { "docs/notifications.md": text };
}
