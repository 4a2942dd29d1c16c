import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";
import { startFleet } from "./admin-fleet.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/status.schema.json", import.meta.url), "utf8"));

test("the API's document matches its schema for workloads in every state", async (t) => {
  const fixture = await startFleet(t);
  const document = (await fixture.ask("/_status/api")).json();
  const { error } = z.fromJSONSchema(schema).safeParse(document);
  assert.equal(error && z.prettifyError(error), undefined);
  for (const container of document.containers)
    for (const field of Object.keys(container)) assert.ok(schema.$defs.container.properties[field], field);
  assert.equal(new Set(document.containers.map(({ state }: { state: string }) => state)).size, 6);
});

test("the schema refuses what the API never sends", async (t) => {
  const document = (await (await startFleet(t)).ask("/_status/api")).json();
  const check = (change: (copy: any) => void): boolean => {
    const copy = structuredClone(document);
    change(copy);
    return z.fromJSONSchema(schema).safeParse(copy).success;
  };
  assert.ok(check(() => {}));
  assert.ok(!check((copy) => (copy.containers[0].state = "sleepy")));
  assert.ok(!check((copy) => (copy.containers[0].since = 5)));
  assert.ok(!check((copy) => delete copy.containers[0].leases));
  assert.ok(!check((copy) => (copy.containers[0].leases.request = -1)));
});
