import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { createCheck } from "../../src/cli/check.ts";
import { cleanup } from "../support/cleanup.ts";
import { runCommand, type Ran } from "../support/cli.ts";
import { startCaddy, startTraefik } from "../support/fronts.ts";
import { freePort } from "../support/http.ts";

/** Nothing listens at the gateway's port, whose notes on fronts would count as well. */
const PORT = 9;
const trusting = `gateway: {port: ${PORT}, trusted_proxies: [127.0.0.1]}\n`;
const containers = "containers: [{name: a, host: a.test}, {name: b, host: b.test}]\n";

async function check(t: TestContext, config: string, ...args: string[]): Promise<Ran> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-check-front-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, "config.yaml");
  writeFileSync(file, config);
  return runCommand(createCheck({ inventory: () => assert.fail("nobody asked for Docker") }), [...args, file]);
}

/** The lines about what is missing. */
function missing({ stdout }: Ran): string[] {
  return stdout.split("\n").filter((line) => line.startsWith("missing"));
}

function withTraefik(t: TestContext, middlewaresOfB: readonly string[]) {
  const forwardAuth = {
    address: "http://127.0.0.1:9/_auth/traefik",
    trustForwardHeader: false,
    maxResponseBodySize: 1_048_576,
  };
  const router = (name: string, middlewares: readonly string[]) => ({
    rule: `Host(\`${name}.test\`)`,
    service: "app",
    ...(middlewares.length > 0 && { middlewares }),
    entryPoints: ["web"],
  });
  const dynamic = {
    http: {
      middlewares: { wake: { forwardAuth } },
      routers: { a: router("a", ["wake"]), b: router("b", middlewaresOfB) },
      // Not the gateway's own address, which needs no middleware.
      services: { app: { loadBalancer: { servers: [{ url: "http://127.0.0.1:10" }] } } },
    },
  };
  return startTraefik(t, { dynamic });
}

test("a complete Traefik configuration exits with 0", async (t) => {
  const front = await withTraefik(t, ["wake"]);
  if (front === undefined) return;
  const ran = await check(
    t,
    trusting + containers,
    "--front",
    "traefik",
    "--api",
    `http://127.0.0.1:${front.adminPort}/`,
  );
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  assert.match(
    ran.stdout,
    /^ok {7}middleware wake@file sends auth requests to http:\/\/127\.0\.0\.1:9\/_auth\/traefik$/m,
  );
  assert.match(ran.stdout, /^ok {7}b\.test: routed$/m);
});

test("a Traefik without auth requests for a host is a 1, as is a gateway that trusts no peer", async (t) => {
  const front = await withTraefik(t, []);
  if (front === undefined) return;
  const trustless = `gateway: {port: ${PORT}}\n`;
  const ran = await check(
    t,
    trustless + containers,
    "--front",
    "traefik",
    "--api",
    `http://127.0.0.1:${front.adminPort}`,
  );
  assert.equal(ran.code, 1);
  const [trust, router, ...more] = missing(ran);
  assert.match(trust ?? "", /trusted_proxies is empty.*403/);
  assert.match(router ?? "", /b\.test: router b@file lacks the middleware: add wake@file/);
  assert.deepEqual(more, []);
});

test("a Caddy is checked for each host, and for the query that a client could add", async (t) => {
  const front = await startCaddy(
    t,
    (port) => `http://a.test:${port} {
	forward_auth 127.0.0.1:9 {
		uri /_auth/caddy?
	}
	reverse_proxy 127.0.0.1:9
}
http://b.test:${port} {
	forward_auth 127.0.0.1:9 {
		uri /_auth/caddy
		copy_headers X-Gateway-Upstream
	}
	reverse_proxy {http.request.header.X-Gateway-Upstream} {
		header_up -X-Gateway-Upstream
	}
}`,
  );
  if (front === undefined) return;
  const api = `http://127.0.0.1:${front.adminPort}`;
  const ran = await check(t, trusting + containers, "--front", "caddy", "--api", api);
  assert.equal(ran.code, 1);
  assert.deepEqual(missing(ran), [
    "missing  b.test: forward_auth passes on the client's query: write `uri /_auth/caddy?`, with the question mark",
  ]);
  assert.match(ran.stdout, /^ok {7}b\.test: the generic block uses X-Gateway-Upstream from the gateway$/m);
  const other = await check(t, `${trusting}containers: [{name: c, host: c.test}]`, "--front", "caddy", "--api", api);
  assert.match(missing(other).at(-1) ?? "", /c\.test: no site with forward_auth/);
});

test("an unreachable front exits with 1, invalid arguments with 2", async (t) => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const away = await check(t, trusting, "--front", "traefik", "--api", nowhere);
  assert.deepEqual([away.code, away.stderr.includes(`cannot reach ${nowhere}/api/version (`)], [1, true]);
  const unread = await check(t, trusting, "--front", "nginx", "--api", "/nowhere");
  assert.equal(unread.code, 1);
  assert.match(unread.stderr, /cannot read \/nowhere, which must contain the output of nginx -T/u);
  const misused = [
    ["--front", "nginx"],
    ["--api", nowhere],
    ["--front", "caddy", "--api", "localhost:2019"],
  ];
  for (const args of misused) assert.equal((await check(t, trusting, ...args)).code, 2, args.join(" "));
});
