import assert from "node:assert/strict";
import { test } from "node:test";
import { hook, startNotifier, wake } from "../../test/integration/notifier.ts";
import { waitUntil } from "../../test/support/wait-until.ts";
import { startReceiver } from "../../test/support/webhook-receiver.ts";

test("a reload takes effect with the next event, and what waited is still sent", async (t) => {
  const before = await startReceiver(t, (res, nth) => void res.writeHead(nth === 0 ? 500 : 204).end());
  const after = await startReceiver(t);
  const notifier = startNotifier(t, hook(before.url));
  notifier.note(wake("a"));
  await before.arrived(1);
  notifier.hooks = [hook(after.url)];
  notifier.note(wake("b"));
  await after.arrived(1);
  await notifier.passRetryWait();
  await before.arrived(2);
  assert.equal(before.received.map(({ json }) => json().container).join(""), "aa");
  assert.equal(after.received.map(({ json }) => json().container).join(""), "b");
});

test("closing sends what waits at once, without the wait between two tries", async (t) => {
  const receiver = await startReceiver(t, (res, nth) => void res.writeHead(nth === 0 ? 503 : 204).end());
  const notifier = startNotifier(t, hook(receiver.url));
  notifier.note(wake("a"));
  notifier.note(wake("b"));
  await receiver.arrived(1);
  await waitUntil(() => notifier.clock.sleepers().some((ms) => ms - notifier.clock.now() === 1_000));
  await notifier.close();
  assert.equal(receiver.received.map(({ json }) => json().container).join(""), "aab");
  notifier.note(wake("c"));
  await notifier.clock.settle();
  assert.equal(receiver.received.length, 3);
});

test("closing does not wait longer than two seconds for a receiver that hangs", async (t) => {
  const receiver = await startReceiver(t, () => {});
  const notifier = startNotifier(t, hook(receiver.url));
  for (const name of ["a", "b", "c"]) notifier.note(wake(name));
  await receiver.arrived(1);
  const closed = notifier.close();
  await notifier.clock.advance(2_000);
  await closed;
  assert.equal(receiver.received.length, 1);
});
