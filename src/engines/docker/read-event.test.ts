import assert from "node:assert/strict";
import test from "node:test";
import { readEvent } from "./read-event.ts";

const container = (Action: string, attributes: object, ID = "c1"): string =>
  JSON.stringify({ Type: "container", Action, Actor: { ID, Attributes: attributes } });
const network = (Action: string, attributes: object, ID = "n1"): string =>
  JSON.stringify({ Type: "network", Action, Actor: { ID, Attributes: attributes } });

test("an event of a container is about its name, and tells what happened to it", () => {
  assert.deepEqual(readEvent(container("kill", { name: "app", signal: "15" }), new Map()), {
    names: ["app"],
    id: "c1",
    action: "kill",
    signal: "15",
    from: undefined,
    rewired: undefined,
  });
});

test("a change of name is about both names, whether Docker tells the old one or (Podman) not", () => {
  const known = new Map([["c1", "old"]]);
  assert.deepEqual(readEvent(container("rename", { name: "new", oldName: "/old" }), new Map())?.names, ["old", "new"]);
  assert.deepEqual(readEvent(container("rename", { name: "new" }), known)?.names, ["old", "new"]);
});

test("an event of a network is about the container that earlier events named, or about any", () => {
  const names = new Map<string, string>();
  const connect = network("connect", { container: "c1", name: "shop" });
  const about = (): unknown => {
    const { names: changed, rewired } = readEvent(connect, names) ?? {};
    return [changed, rewired];
  };
  assert.deepEqual(about(), [[undefined], "c1"]);
  readEvent(container("start", { name: "app" }), names);
  assert.deepEqual(about(), [["app"], "c1"]);
  readEvent(container("destroy", { name: "app" }), names);
  assert.deepEqual(about(), [[undefined], "c1"]);
});

test("Podman's event of a network bears the container's id", () => {
  const names = new Map([["c1", "app"]]);
  const subject = readEvent(network("connect", { name: "app" }, "c1"), names);
  assert.deepEqual([subject?.names, subject?.rewired], [["app"], "c1"]);
});

for (const line of ["", "no JSON", "null", "{}", '{"Type":"container"}']) {
  test(`${JSON.stringify(line)} is no event`, () => assert.equal(readEvent(line, new Map()), undefined));
}
