import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import type { Route } from "../lifecycle/admit/route.ts";
import { createRefuser } from "./refuser.ts";

test("the connection of a client that leaves while its upgrade is held is closed", async () => {
  const never = (): never => assert.fail("nobody is left to be answered");
  const refuser = createRefuser(never);
  const socket = new Socket();
  const refused = { kind: "refuse", decision: { kind: "gone" }, waitedMs: 5 } as const;
  assert.equal(await refuser.refuseUpgrade(refused, {} as Route, new IncomingMessage(socket), socket), 499);
  assert.ok(socket.destroyed);
});
