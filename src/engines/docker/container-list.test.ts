import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { createDockerClient } from "./client.ts";
import { readConnection } from "./connection.ts";
import { createContainerList, type ListedContainer } from "./container-list.ts";

const CHANGES: readonly (readonly [title: string, before: string, after: string, isNew: boolean])[] = [
  [
    "Docker's status text is no change",
    '[{"Id":"a","Status":"Up 1 minute"}]',
    '[{"Id":"a","Status":"Up 2 days"}]',
    false,
  ],
  ["also with spaces", '[ {"Id": "a", "Status":  "Up"} ]', '[ {"Id": "a", "Status":  "Exited (0)"} ]', false],
  ["the state is a change", '[{"State":"running","Status":"Up"}]', '[{"State":"exited","Status":"Exited"}]', true],
  ["and so is what follows the status", '[{"Status":"Up","State":"a"}]', '[{"Status":"Up","State":"b"}]', true],
];

for (const [title, before, after, isNew] of CHANGES) {
  test(title, async (t) => {
    const { list, answer } = await listOf(t);
    answer(before);
    const first = await list();
    answer(after);
    assert.equal((await list()) !== first, isNew);
  });
}

test("a label that is called Status may contain quotes", async (t) => {
  const { list, answer } = await listOf(t);
  const listed = [
    { Id: "a", Labels: { Status: '"\\' }, State: "exited" },
    { Id: "b", Labels: { Status: "" } },
  ];
  answer(JSON.stringify(listed));
  assert.deepEqual(await list(), listed);
});

test("a status that says nothing of Docker is reported with Docker's address", async (t) => {
  const { list, answer } = await listOf(t);
  answer("<h1>Moved</h1>", 301);
  await assert.rejects(list(), /^EngineError: tcp:.* answered 301$/);
});

/** Creates the list of a Docker API that answers with this text. */
async function listOf(
  t: TestContext,
): Promise<{ list: () => Promise<readonly ListedContainer[]>; answer: (text: string, status?: number) => void }> {
  let [text, status] = ["", 200];
  const server = createServer(({ url = "" }, res) => {
    if (url.endsWith("/version")) res.end('{"ApiVersion":"1.47"}');
    else if (url.endsWith("/info")) res.end("{}");
    else res.writeHead(status).end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = createDockerClient(readConnection({ DOCKER_HOST: `tcp://127.0.0.1:${port}` }));
  t.after(() => {
    client.close();
    server.close();
  });
  return {
    list: createContainerList(client, async (listed) => listed),
    answer: (...next) => ([text, status = 200] = next),
  };
}
