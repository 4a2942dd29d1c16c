import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { waitUntil } from "../../../test/support/wait-until.ts";
import { createKubernetesClient } from "./client.ts";
import { createClusterView } from "./cluster-view.ts";
import { WATCH_TIMES } from "./list-watch.ts";
import { createScaleBacks } from "./scale-backs.ts";

for (const last of ["deployments", "statefulsets", "endpointslices"]) {
  test(`after an outage everything is read again, also when ${last} return last`, async (t) => {
    let isFailing = true;
    const server = createServer(({ url = "" }, response) => {
      if (isFailing && url.includes(`/${last}?`)) response.writeHead(500);
      if (url.includes("watch=1")) response.flushHeaders();
      else response.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items: [] }));
    });
    t.after(() => server.closeAllConnections());
    t.after(() => server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const client = createKubernetesClient(() => ({ url, tls: {}, token: () => undefined }));
    const times = { ...WATCH_TIMES, firstPauseMs: 10 };
    const view = createClusterView({ client, namespaces: [], scaleBacks: createScaleBacks(), times });
    t.after(() => view.close());
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
