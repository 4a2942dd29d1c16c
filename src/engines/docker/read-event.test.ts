import assert from "node:assert/strict";
import test from "node:test";
import { readEvent } from "./read-event.ts";

const container = (Action: string, attributes: object, ID = "c1"): string =>
  JSON.stringify({ Type: "container", Action, Actor: { ID, Attributes: attributes } });
const network = (Action: string, attributes: object, ID = "n1"): string =>
  JSON.stringify({ Type: "network", Action, Actor: { ID, Attributes: attributes } });

test("an event of a container is about its name", () => {
  const subject = readEvent(container("start", { name: "app" }), new Map());
  assert.deepEqual(subject, { names: ["app"], ending: false, rewired: undefined });
});

for (const action of ["die", "died"]) {
  test(`"${action}" says that it ends, before Docker or Podman answers a question about it`, () => {
    assert.deepEqual(readEvent(container(action, { name: "app" }), new Map()), {
      names: ["app"],
      ending: true,
      rewired: undefined,
    });
  });
}

test("a change of name is about both names, whether Docker tells the old one or (Podman) not", () => {
  const known = new Map([["c1", "old"]]);
  assert.deepEqual(readEvent(container("rename", { name: "new", oldName: "/old" }), new Map())?.names, ["old", "new"]);
  assert.deepEqual(readEvent(container("rename", { name: "new" }), known)?.names, ["old", "new"]);
});

test("an event of a network is about the container that earlier events named, or about any", () => {
  const names = new Map<string, string>();
  const connect = network("connect", { container: "c1", name: "shop" });
  assert.deepEqual(readEvent(connect, names), { names: [undefined], ending: false, rewired: "c1" });
  readEvent(container("start", { name: "app" }), names);
  assert.deepEqual(readEvent(connect, names), { names: ["app"], ending: false, rewired: "c1" });
  readEvent(container("destroy", { name: "app" }), names);
  assert.deepEqual(readEvent(connect, names), { names: [undefined], ending: false, rewired: "c1" });
});

test("Podman's event of a network bears the container's id", () => {
  const names = new Map([["c1", "app"]]);
  assert.deepEqual(readEvent(network("connect", { name: "app" }, "c1"), names), {
    names: ["app"],
    ending: false,
    rewired: "c1",
  });
});

for (const line of ["", "no JSON", "null", "{}", '{"Type":"container"}']) {
  test(`${JSON.stringify(line)} is no event`, () => assert.equal(readEvent(line, new Map()), undefined));
}
