import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import type { Route } from "../lifecycle/admit/route.ts";
import { createProxyHandler, type ProxyHandlerDeps } from "./handler.ts";

test("the connection of a client that leaves while its upgrade is held is closed", async () => {
  const never = (): never => assert.fail("nobody is left to be answered");
  const socket = new Socket();
  const counted = new Promise((resolve) => {
    const deps = {
      context: { clock: { now: () => 0 } },
      admitter: { admit: () => Promise.resolve({ kind: "refuse", decision: { kind: "gone" }, waitedMs: 5 }) },
      forwarder: never,
      answerRefusal: never,
      addressOf: () => "",
      count: (_workload: string, status: number) => resolve(status),
    } as unknown as ProxyHandlerDeps;
    createProxyHandler(deps).upgrade(
      { members: [] } as unknown as Route,
      new IncomingMessage(socket),
      socket,
      Buffer.alloc(0),
    );
  });
  assert.equal(await counted, 499);
  assert.ok(socket.destroyed);
});
