import assert from "node:assert/strict";
import { test } from "node:test";
import { isGatewayName } from "./host-table.ts";

const cases = [
  ["10.0.0.5:8080", true],
  ["[fd00::5]:8080", true],
  ["[::ffff:10.0.0.5]", true],
  ["LocalHost.", true],
  ["dag_upstream", true],
  ["host.docker.internal:8080", true],
  ["Box.lan:80", true],
  ["app.example.com", false],
  ["other.lan", false],
  ["10.0.0.5.example.com", false],
  ["<b>", false],
  ["", false],
] as const;

for (const [host, expected] of cases) {
  test(`"${host}" is ${expected ? "" : "not "}a name of the gateway's own`, () => {
    assert.equal(isGatewayName(host, new Set(["box.lan"])), expected);
  });
}
