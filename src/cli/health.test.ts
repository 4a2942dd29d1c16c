import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { health } from "./health.ts";

/** `PORT` stands for the port of a gateway whose `/_live` answers 200 and whose `/_ready` answers 503. */
const cases: readonly [rule: string, file: string | undefined, more: object, code: number, said: RegExp][] = [
  ["a live gateway is healthy", "gateway: {port: PORT}", {}, 0, /^$/],
  [
    "one that cannot work yet is alive, but not ready",
    "gateway: {port: PORT}",
    { ready: true },
    1,
    /_ready answers 503/,
  ],
  ["a file that became faulty does not make it unhealthy", "gateway: {port: PORT, prt: 1}\nhosts: 3", {}, 0, /^$/],
  [
    "nobody there is unhealthy",
    "gateway: {port: 1}",
    {},
    1,
    /no gateway answers at http:\/\/127\.0\.0\.1:1\/_live \(.*ECONNREFUSED.*\)/,
  ],
  ["an open port must be named", "gateway: {port: 0}", {}, 2, /GATEWAY_URL/],
];

for (const [rule, file, options, code, said] of cases) {
  test(rule, async (t) => {
    const port = await startGateway(t);
    const { answer, text } = await ask(t, file?.replaceAll("PORT", String(port)) ?? "", { options });
    assert.equal(answer, code, text);
    assert.match(text, said);
  });
}

test("GATEWAY_URL goes before the configuration", async (t) => {
  const GATEWAY_URL = `http://localhost:${await startGateway(t)}`;
  const { answer, text } = await ask(t, "gateway: {port: 1}", { env: { GATEWAY_URL } });
  assert.equal(answer, 0, text);
});

async function ask(
  t: TestContext,
  file: string,
  { options = {}, env = {} }: { options?: object; env?: Record<string, string> },
): Promise<{ answer: number; text: string }> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-health-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const config = path.join(dir, "config.yaml");
  writeFileSync(config, file);
  let text = "";
  const note = (more: string): void => void (text += more);
  const io = {
    env: { CONFIG_PATH: config, ...env },
    stdout: note,
    stderr: note,
    isTerminal: false,
    onSignal: () => {},
    onFault: () => {},
  };
  const answer = await health.run({ options: options as Record<string, true>, operands: [] }, io);
  return { answer, text };
}

function startGateway(t: TestContext): Promise<number> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/_live" ? 200 : 503).end();
  });
  t.after(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
