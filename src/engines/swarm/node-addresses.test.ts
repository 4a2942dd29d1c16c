import assert from "node:assert/strict";
import { test } from "node:test";
import { meshAddressesOf } from "./node-addresses.ts";

test("the routing mesh is at every manager, and a daemon on this machine is at 127.0.0.1", () => {
  const hosts = ["10.0.0.1", "10.0.0.2", undefined, "localhost", "10.0.0.1"];
  const managers = hosts.map((remoteHost) => ({ remoteHost }));
  assert.deepEqual(meshAddressesOf(managers), ["10.0.0.1", "10.0.0.2", "127.0.0.1"]);
});
