import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/integration/manual-clock.ts";
import { createSessions, SESSION_MS } from "./sessions.ts";

test("a session is found on its own host until it ends, and never on another one", async () => {
  const clock = createManualClock();
  const sessions = createSessions({ clock });
  const id = sessions.open("gw.test");
  assert.match(id, /^[\w-]{43}$/);
  assert.ok(sessions.find(id, "gw.test"));
  assert.equal(sessions.find(id, "evil.test"), undefined);
  assert.equal(sessions.find(`${id}x`, "gw.test"), undefined);
  await clock.advance(SESSION_MS - 1);
  assert.ok(sessions.find(id, "gw.test"));
  await clock.advance(1);
  assert.equal(sessions.find(id, "gw.test"), undefined);
});

test("a session that was closed is gone", () => {
  const sessions = createSessions({ clock: createManualClock() });
  const id = sessions.open("gw.test");
  sessions.close(id);
  assert.equal(sessions.find(id, "gw.test"), undefined);
});

test("sessions take bounded memory: those that ended go, then the oldest", async () => {
  const clock = createManualClock();
  const sessions = createSessions({ clock });
  const first = sessions.open("gw.test");
  for (let count = 0; count < 5_000; count += 1) sessions.open("gw.test");
  assert.equal(sessions.size(), 1_000);
  assert.equal(sessions.find(first, "gw.test"), undefined);
  await clock.advance(SESSION_MS);
  sessions.open("gw.test");
  assert.equal(sessions.size(), 1);
});

test("no two sessions share an id or a form token", () => {
  const sessions = createSessions({ clock: createManualClock() });
  const ids = Array.from({ length: 100 }, () => sessions.open("gw.test"));
  const tokens = ids.map((id) => sessions.find(id, "gw.test")?.csrf);
  assert.equal(new Set([...ids, ...tokens]).size, 200);
});
