import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { waitUntil } from "../../../test/support/wait-until.ts";
import { createKubernetesClient } from "./client.ts";
import { type ClusterView, createClusterView } from "./cluster-view.ts";
import { WATCH_TIMES, type WatchTimes } from "./list-watch.ts";
import { createScaleBacks } from "./scale-backs.ts";

for (const last of ["deployments", "statefulsets", "endpointslices"]) {
  test(`after an outage everything is read again, also when ${last} return last`, async (t) => {
    let isFailing = true;
    const server = createServer(({ url = "" }, response) => {
      if (isFailing && url.includes(`/${last}?`)) response.writeHead(500);
      if (url.includes("watch=1")) response.flushHeaders();
      else response.end(JSON.stringify(EMPTY));
    });
    const view = await viewOf(t, server, { ...WATCH_TIMES, firstPauseMs: 10 });
    let reads = 0;
    const read = (name?: string): void => {
      if (name !== undefined) return;
      view.all().then(
        () => (reads += 1),
        () => undefined,
      );
    };
    view.listen(read, () => undefined, new AbortController().signal);
    await assert.rejects(view.all());
    assert.equal(reads, 0);
    isFailing = false;
    await waitUntil(() => reads > 0, 5_000, "a report after which all can be read");
  });
}

test("an API server that denies what it allowed has just started: only rights that stay away are missing", async (t) => {
  let isDenying = false;
  const watches = new Set<ServerResponse>();
  const server = createServer(({ url = "" }, response) => {
    if (isDenying) return void response.writeHead(403).end(JSON.stringify({ message: "User cannot list" }));
    if (!url.includes("watch=1")) return void response.end(JSON.stringify(EMPTY));
    response.flushHeaders();
    watches.add(response);
  });
  const times = { ...WATCH_TIMES, firstPauseMs: 10, doubtMs: 300 };
  const view = await viewOf(t, server, times);
  const links: string[] = [];
  const onLink = (up: boolean, lacks?: string): void => {
    const now = `${up ? "up" : "lost"} ${lacks ?? ""}`;
    if (links.at(-1) !== now) links.push(now);
  };
  view.listen(() => undefined, onLink, new AbortController().signal);
  await view.all();
  const restart = (): void => {
    isDenying = true;
    for (const watch of watches) watch.destroy();
    watches.clear();
  };
  restart();
  await waitUntil(() => links.at(-1) === "lost ", 5_000, "the loss");
  await assert.rejects(view.all(), { code: "unreachable" });
  isDenying = false;
  await waitUntil(() => watches.size === 3 && links.at(-1) === "up ", 5_000, "the return");
  assert.deepEqual(links, ["up ", "lost ", "up "]);
  restart();
  await waitUntil(() => links.at(-1) === "up User cannot list", 5_000, "what is missing");
  await assert.rejects(view.all(), { code: "forbidden" });
});

test("as long as no workload changes, all of them are the same list, which costs nothing to compare", async (t) => {
  const workload = (version: string, replicas: number): object => ({
    metadata: { name: "web", namespace: "shop", uid: "u", resourceVersion: version },
    spec: { replicas, template: { spec: { containers: [] } } },
  });
  let watch: ServerResponse | undefined;
  const server = createServer(({ url = "" }, response) => {
    const items = url.includes("/deployments?") ? [workload("1", 0)] : [];
    if (!url.includes("watch=1")) return void response.end(JSON.stringify({ ...EMPTY, items }));
    response.flushHeaders();
    if (url.includes("/deployments?")) watch = response;
  });
  const view = await viewOf(t, server, WATCH_TIMES);
  const changes: (string | undefined)[] = [];
  view.listen(
    (name) => changes.push(name),
    () => undefined,
    new AbortController().signal,
  );
  const first = await view.all();
  await waitUntil(() => watch !== undefined);
  const modify = async (object: object): Promise<void> => {
    const before = changes.length;
    watch?.write(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
    await waitUntil(() => changes.length > before);
  };
  await modify(workload("2", 0));
  assert.equal(await view.all(), first);
  await modify(workload("3", 2));
  assert.deepEqual(
    (await view.all()).map(({ replicas }) => replicas),
    [2],
  );
});

const EMPTY = { metadata: { resourceVersion: "1" }, items: [] };

async function viewOf(t: TestContext, server: Server, times: WatchTimes): Promise<ClusterView> {
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = createKubernetesClient(() => ({ url, tls: {}, token: () => undefined }));
  const view = createClusterView({ client, namespaces: [], scaleBacks: createScaleBacks(), times });
  t.after(() => view.close());
  return view;
}
