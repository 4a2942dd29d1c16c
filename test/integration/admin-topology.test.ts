import assert from "node:assert/strict";
import { test } from "node:test";
import { startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const SETTINGS = settingsOf(
  [
    { name: "web", dependsOn: [{ name: "db", condition: "healthy" }] },
    { name: "api", hosts: [] },
    { name: "db", hosts: [] },
  ],
  { groups: [{ name: "api", members: ["api", "web"], hosts: ["pool.test"] }] },
);

test("the graph has a node for each group and container, also of one name, and an edge for each bond", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, SETTINGS);
  lifecycle.wake(record("web"), "request");
  await clock.advance(2_000);
  const { nodes, edges } = (await ask("/_topology?format=json")).json();
  assert.deepEqual(
    nodes.map(({ id, state, hosts }: any) => `${id} ${state} ${hosts.join()}`),
    ["group:api ready pool.test", "container:api asleep ", "container:db ready ", "container:web ready web.test"],
  );
  assert.deepEqual(edges, [
    { from: "group:api", to: "container:api", kind: "member" },
    { from: "group:api", to: "container:web", kind: "member" },
    { from: "container:web", to: "container:db", kind: "dependency", condition: "healthy" },
  ]);
});

test("the same graph is returned as Mermaid text", async (t) => {
  const { ask } = await startEndpoints(t, SETTINGS);
  const answer = await ask("/_topology?format=mermaid");
  assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8");
  assert.deepEqual(answer.text.split("\n").slice(0, 8), [
    "flowchart LR",
    '  n0{{"api · pool.test · asleep"}}',
    '  n1["api · asleep"]:::asleep',
    '  n2["db · asleep"]:::asleep',
    '  n3["web · web.test · asleep"]:::asleep',
    "  n0 --> n1",
    "  n0 --> n3",
    "  n3 -. healthy .-> n2",
  ]);
});

test("no name is parsed as syntax of the graph", async (t) => {
  const { ask } = await startEndpoints(t, settingsOf([{ name: "app", hosts: ['x"];n9["<img>'] }]));
  const { text } = await ask("/_topology?format=mermaid");
  assert.equal(text.split("\n")[1], '  n0["app · x#34;#93;#59;n9#91;#34;#60;img#62; · asleep"]:::asleep');
});

test("a format that does not exist is a 400", async (t) => {
  const { ask } = await startEndpoints(t, SETTINGS);
  assert.equal((await ask("/_topology?format=svg")).status, 400);
});
