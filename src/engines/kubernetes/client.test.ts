import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { waitUntil } from "../../../test/support/wait-until.ts";
import { createKubernetesClient, type KubernetesClient } from "./client.ts";

test("no call is sent before the time that the API server has asked for is over", async (t) => {
  let received = 0;
  let seconds = 1;
  const client = await clientOf(t, (_request, response) => {
    received += 1;
    response.writeHead(429, { "retry-after": `${seconds}` }).end(JSON.stringify({ message: "too many requests" }));
  });
  const call = (): Promise<void> =>
    assert.rejects(client.get("/api"), { code: "unreachable", message: /too many requests/ });
  await call();
  await waitUntil(async () => {
    seconds = 600;
    await call();
    return received === 2;
  }, 10_000);
  await Promise.all(Array.from({ length: 20 }, call));
  await assert.rejects(client.stream("/api?watch=1", new AbortController().signal), { code: "unreachable" });
  assert.equal(received, 2);
});

test("a token that was replaced is read again when the API server refuses the former one", async (t) => {
  const tokens = ["old", "new"];
  const token = (isRefused?: boolean): string => {
    if (isRefused) tokens.shift();
    return tokens[0] ?? "";
  };
  const listener: RequestListener = ({ headers }, response) => {
    response.writeHead(headers.authorization === "Bearer new" ? 200 : 401).end("{}");
  };
  const client = await clientOf(t, listener, token);
  assert.deepEqual(await client.get("/api"), {});
  assert.deepEqual(tokens, ["new"]);
});

async function clientOf(
  t: TestContext,
  listener: RequestListener,
  token: (isRefused?: boolean) => string | undefined = () => undefined,
): Promise<KubernetesClient> {
  const server = createServer(listener);
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = createKubernetesClient(() => ({ url, tls: {}, token }));
  t.after(() => client.close());
  return client;
}
