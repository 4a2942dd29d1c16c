import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test, type TestContext } from "node:test";
import type { Settings } from "../../src/core/settings.ts";
import { createAsk } from "../../src/forward-auth/ask.ts";
import { createTraefikProvider } from "../../src/forward-auth/traefik-provider.ts";
import { createResponder } from "../../src/respond/responder.ts";
import { cleanup } from "../support/cleanup.ts";
import { request } from "../support/http.ts";
import { openLifecycle } from "./lifecycle-fixture.ts";
import { settingsOf } from "./settings.ts";

const responder = createResponder({ templatesDir: "", theme: "default", report: () => undefined });

describe("/_provider/traefik", () => {
  const one = settingsOf([{ name: "one" }]);

  test("names us as Traefik has reached us", async (t) => {
    const port = await serve(t, provider({ settings: one }));
    const answer = await request({ port, host: "waker:9000" });
    assert.equal(answer.status, 200);
    const { http } = answer.json();
    assert.equal(http.middlewares["dag-wake"].forwardAuth.address, "http://waker:9000/_auth/traefik");
    const none = await request({ port, host: "no host name" });
    assert.equal(
      none.json().http.middlewares["dag-wake"].forwardAuth.address,
      `http://127.0.0.1:${port}/_auth/traefik`,
    );
  });

  test("is the same text again and again, so that Traefik sees no change", async (t) => {
    const port = await serve(t, provider({ settings: one }));
    const texts = await Promise.all([1, 2, 3].map(async () => (await request({ port, host: "w:1" })).text));
    assert.equal(new Set(texts).size, 1);
  });

  test("stays whole while Docker is away", async (t) => {
    const state = { settings: one, up: true };
    const port = await serve(t, provider(state));
    const before = (await request({ port, host: "w:1" })).text;
    state.up = false;
    const answer = await request({ port, host: "w:1" });
    assert.deepEqual([answer.status, answer.text], [200, before]);
  });

  test("is a 503, after which Traefik keeps what it has, as long as labels were never read", async (t) => {
    const state = { settings: one, up: false };
    const port = await serve(t, provider(state));
    assert.equal((await request({ port, host: "w:1" })).status, 503);
    state.up = true;
    assert.equal((await request({ port, host: "w:1" })).status, 200);
  });

  test("is made once for each Traefik, whichever fetched before, until the settings change", async (t) => {
    let reads = 0;
    const counting = (settings: Settings): Settings => ({
      ...settings,
      get workloads() {
        reads += 1;
        return settings.workloads;
      },
    });
    const state = { settings: counting(one) };
    const port = await serve(t, provider(state));
    /** Whether the settings were read for it. */
    const isMade = async (host: string, part: string): Promise<boolean> => {
      const before = reads;
      assert.ok((await request({ port, host })).text.includes(part));
      return reads > before;
    };
    for (const expected of [true, false, false]) {
      for (const host of ["a:1", "b:1"]) assert.equal(await isMade(host, `http://${host}/`), expected);
    }
    state.settings = counting(settingsOf([{ name: "other" }]));
    assert.ok(await isMade("a:1", "dag-app-other"));
    for (let count = 0; count < 100; count += 1) assert.ok(await isMade(`h${count}:1`, "dag-app-other"));
    assert.ok(await isMade("a:1", "dag-app-other"), "what was long ago is not kept");
  });

  for (const [rule, isTrusted, method, isFetch] of [
    ["a GET from a trusted peer is Traefik's", true, "GET", true],
    ["a HEAD does not count as a Traefik", true, "HEAD", false],
    ["an administrator gets it as configured", false, "GET", false],
  ] as const) {
    test(rule, async (t) => {
      const noted: string[] = [];
      const handler = createTraefikProvider({
        settings: () => one,
        enginesUp: () => true,
        responder: () => responder,
        isTrusted: () => isTrusted,
        noteFetch: () => noted.push("fetch"),
        forwarding() {
          noted.push("forwarding");
          return new Map([["one", { reach: { by: "name", host: "reached", port: 80 }, sendsAuthRequests: false }]]);
        },
      });
      const port = await serve(t, handler);
      const { status, text } = await request({ port, host: "w:1", method });
      assert.equal(status, 200);
      assert.deepEqual(noted, isFetch ? ["fetch", "forwarding"] : []);
      if (method === "GET") assert.equal(text.includes("http://reached:80"), isFetch);
    });
  }

  test("changes as soon as Traefik is to forward in another way", async (t) => {
    const way = { host: "one", port: 80, sendsAuthRequests: true };
    const handler = createTraefikProvider({
      settings: () => one,
      enginesUp: () => true,
      responder: () => responder,
      isTrusted: () => true,
      forwarding: () =>
        new Map([
          ["one", { reach: { by: "name", host: way.host, port: way.port }, sendsAuthRequests: way.sendsAuthRequests }],
        ]),
    });
    const port = await serve(t, handler);
    for (const change of [
      {},
      { sendsAuthRequests: false },
      { sendsAuthRequests: true },
      { port: 8080 },
      { host: "owner" },
    ]) {
      Object.assign(way, change);
      const { routers, services } = (await request({ port, host: "w:1" })).json().http;
      assert.equal(routers["dag-app-one"].middlewares !== undefined, way.sendsAuthRequests);
      assert.deepEqual(services["dag-app-one"].loadBalancer.servers, [{ url: `http://${way.host}:${way.port}` }]);
    }
  });

  test("needs no Docker where there are only processes", async (t) => {
    const settings = settingsOf([{ name: "local", process: { command: ["x"], cwd: "", env: {}, port: 1 } }]);
    const port = await serve(t, provider({ settings, up: false }));
    assert.equal((await request({ port, host: "w:1" })).status, 200);
  });
});

describe("/_ask", () => {
  for (const [domain, status, detail = /^/] of [
    ["app.test", 200],
    ["APP.test", 200],
    ["deep.below.wild.test", 200],
    ["stranger.test", 404, /The request was for ."stranger/],
    ["", 404],
  ] as const) {
    test(`${domain || "nothing"} is a ${status}, and wakes nobody`, async (t) => {
      const fixture = await openLifecycle([{ name: "app", hosts: ["app.test", "*.wild.test"] }]);
      const port = await serve(t, createAsk({ routes: () => fixture.lifecycle.routes(), responder: () => responder }));
      const answer = await request({ port, path: `/_ask?domain=${domain}` });
      assert.equal(answer.status, status);
      assert.match(answer.text, detail);
      assert.deepEqual(fixture.orders(), []);
    });
  }

  test("without a domain is a fault", async (t) => {
    const fixture = await openLifecycle([{ name: "app" }]);
    const port = await serve(t, createAsk({ routes: () => fixture.lifecycle.routes(), responder: () => responder }));
    const answer = await request({ port, path: "/_ask" });
    assert.equal(answer.status, 400);
    assert.equal(answer.json().detail, 'the parameter "domain" is missing');
  });
});

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

function provider(state: { readonly settings: Settings; readonly up?: boolean }): Handler {
  return createTraefikProvider({
    settings: () => state.settings,
    enginesUp: () => state.up ?? true,
    responder: () => responder,
    isTrusted: () => true,
  });
}

async function serve(t: TestContext, handler: Handler): Promise<number> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
