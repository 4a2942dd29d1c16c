import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it, type TestContext } from "node:test";
import type { Route } from "../../src/lifecycle/admit/route.ts";
import { waitUntil } from "../support/wait-until.ts";
import { rawClient } from "./proxy-fixture.ts";
import { startListener } from "./listener.ts";
import { delivered } from "../support/delivered.ts";

const GET = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";
const UPGRADE = "GET /up HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
const CONNECT = "CONNECT app.test:80 HTTP/1.1\r\nHost: app.test\r\n\r\n";
const GARBAGE = "\0\r\n\r\n";

/** The listener alone; the test answers requests itself. */
async function listen(
  t: TestContext,
  answer: (req: IncomingMessage, res: ServerResponse) => void,
  { knowsHost = true, simple = () => false }: { knowsHost?: boolean; simple?: () => boolean } = {},
): Promise<number> {
  const { port } = await startListener(t, {
    findRoute: () => (knowsHost ? ({} as Route) : undefined),
    simple,
    request: (_route, req, res) => answer(req, res),
    upgrade: (_route, _req, socket) => void socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    unknownHost: () => ({ status: 404, headers: [], body: Buffer.alloc(0) }),
  });
  return port;
}

void describe("after a response that has not ended", () => {
  const later: (() => void)[] = [];
  const slowly = (req: IncomingMessage, res: ServerResponse): void => {
    if (req.url === "/") later.push(() => res.end("first"));
    else res.end(`simple ${req.url}`);
  };

  void it("an upgrade is answered in its turn, as the simple request that it also is", async (t) => {
    const client = await rawClient(t, await listen(t, slowly), GET + UPGRADE);
    (await waitUntil(() => later.pop(), 5_000, "the first request"))();
    const text = await client.until((all) => all.endsWith("/up"));
    assert.deepEqual(text.match(/first|simple \/up|101/gu), ["first", "simple /up"]);
  });

  for (const [what, bytes, refusal] of [
    ["CONNECT", CONNECT, "method-not-allowed"],
    ["what is no request", GARBAGE, "bad-request"],
  ] as const) {
    void it(`${what} is refused in its turn, and not in the middle of an answer`, async (t) => {
      const begin = (_req: IncomingMessage, res: ServerResponse): void => {
        res.write("begun");
        later.push(() => res.end("ended"));
      };
      const client = await rawClient(t, await listen(t, begin), GET + bytes);
      await client.until((text) => text.includes("begun"));
      await delivered();
      later.pop()?.();
      const [, behind = ""] = (await client.closed()).split("5\r\nbegun\r\n5\r\nended\r\n0\r\n\r\n");
      assert.match(behind, new RegExp(`^HTTP/1\\.1 400 ${refusal}\r\n`, "u"));
    });
  }

  void it("a body that breaks off is answered, as long as its response has not begun", async (t) => {
    const head = "POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n";
    const client = await rawClient(t, await listen(t, slowly), `${head}zz\r\n`);
    assert.match(await client.closed(), /^HTTP\/1\.1 400 bad-request\r\n/u);
    later.length = 0;
  });
});

void describe("who is refused", { concurrency: 3 }, () => {
  for (const [what, bytes] of [
    ["an upgrade to a host that nobody knows", UPGRADE],
    ["CONNECT", CONNECT],
    ["what is no request", GARBAGE],
  ] as const) {
    void it(`${what}: the connection is closed soon, whatever follows`, async (t) => {
      const port = await listen(t, () => assert.fail("nothing is asked"), { knowsHost: false });
      const client = await rawClient(t, port, bytes);
      const closed = new Promise((resolve) => client.socket.once("close", resolve));
      await client.until((text) => text.includes("\r\n\r\n"));
      // It does not end its own side: only what it writes tells it that nobody is there any more.
      const more = setInterval(() => client.write("x"), 50);
      t.after(() => clearInterval(more));
      await closed;
    });
  }
});

void describe("on a connection that is free again", () => {
  for (const [what, bytes, expected] of [
    ["an upgrade is one", UPGRADE, /^HTTP\/1\.1 101 /u],
    ["CONNECT is refused", CONNECT, /^HTTP\/1\.1 400 method-not-allowed/u],
    ["bytes that are not a request get a 400", GARBAGE, /^HTTP\/1\.1 400 bad-request/u],
  ] as const) {
    void it(what, async (t) => {
      const client = await rawClient(t, await listen(t, (_req, res) => void res.end("first")), GET);
      const first = await client.until((text) => text.endsWith("first"));
      client.write(bytes);
      assert.match((await client.closed()).slice(first.length), expected);
    });
  }
});

void describe("who a request is for", () => {
  const answer = (_req: IncomingMessage, res: ServerResponse): void => void res.end("answered");

  for (const [what, request, expected] of [
    ["no host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 .*conflict-host/su],
    ["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 400 .*conflict-host/su],
    ["an upgrade for no host", UPGRADE.replace(/Host.*\r\n/u, ""), /^HTTP\/1\.1 400 conflict-host/u],
    ["no host in HTTP/1.0, which knows none", "GET / HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 200 .*answered/su],
  ] as const) {
    void it(`${what}: gets an answer, or is ignored`, async (t) => {
      const client = await rawClient(t, await listen(t, answer), request);
      assert.match(await client.until((text) => /answered|conflict/u.test(text)), expected);
    });
  }
});

void describe("while an answer is awaited", () => {
  for (const way of ["simple", "unsupported"] as const) {
    void it(`the system checks whether the client is still connected (${way})`, async (t) => {
      const port = await listen(t, () => {}, { simple: () => way === "simple" });
      await rawClient(t, port, way === "simple" ? GET : GET.replace("Host", "TE: x\r\nHost"));
      await waitUntil(() => timersOf(port).includes(KEEP_ALIVE_TIMER), 5_000, "the timer");
    });
  }
});

const KEEP_ALIVE_TIMER = "02";

/** Which timers the system has for the connections to a port (`tr` in proc(5), `/proc/net/tcp`). */
function timersOf(port: number): readonly string[] {
  const own = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/self/net/tcp", "latin1").split("\n").slice(1);
  return rows.flatMap((row) => {
    const [, local = "", , state, , timer = ""] = row.trim().split(/\s+/u);
    return local.endsWith(own) && state === "01" ? [timer.slice(0, 2)] : [];
  });
}
