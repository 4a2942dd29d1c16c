import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { startApache, startNginx } from "../support/fronts.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort, navigation, request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Answers with the Host that was requested, also when it accepts an upgrade. */
const APP = `
require("node:http").createServer((req, res) => {
  res.setHeader("x-seen-host", req.headers.host);
  res.setHeader("x-seen-proto", req.headers["x-forwarded-proto"]);
  res.end(req.method + " " + req.headers.host);
}).on("upgrade", (req, socket) => {
  socket.end("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: " + req.headers.upgrade + "\\r\\nX-Seen-Host: " + req.headers.host + "\\r\\n\\r\\n");
}).listen(Number(process.env.PORT), "127.0.0.1");
`;

/** A gateway with local programs for apps: `app.test` and `own.test`. */
async function start(t: TestContext, gateway: object = { trusted_proxies: ["127.0.0.0/8"] }): Promise<Gateway> {
  const containers = await Promise.all(
    ["app", "own"].map(async (name) => {
      const port = await freePort();
      const command = [process.execPath, "-e", APP];
      return { name, host: `${name}.test`, process: { command, port, env: { PORT: String(port) } } };
    }),
  );
  return startGateway(t, { config: { gateway, containers } });
}

const wholePaths = [
  ["a request on a kept connection", {}],
  ["a request that node:http reads", { te: "x" }],
] as const;

void describe("an unknown Host, with X-Forwarded-Host from a trusted proxy", () => {
  void it("routes to the app whose host is forwarded, which sees that host, asleep or awake", async (t) => {
    const gateway = await start(t);
    const host = `127.0.0.1:${gateway.port}`;
    const page = await gateway.request({ host, headers: { ...navigation, "x-forwarded-host": "app.test" } });
    assert.equal(page.status, 503, page.text);
    const poll = await gateway.request({
      host,
      path: "/_health?container=app&wait=20s",
      headers: { "x-forwarded-host": "app.test" },
    });
    assert.equal(poll.status, 200, poll.text);
    for (const [what, headers] of wholePaths) {
      for (const forwarded of ["app.test", "APP.test:8443"]) {
        const answer = await gateway.request({ host, headers: { ...headers, "x-forwarded-host": forwarded } });
        assert.equal(answer.text, `GET ${forwarded}`, what);
      }
      for (const list of ["own.test, app.test", "evil,app.test", ["own.test", "app.test"]]) {
        const answer = await gateway.request({ host, headers: { ...headers, "x-forwarded-host": list } });
        assert.equal(answer.text, "GET app.test", "only the last is the proxy's own");
      }
    }
    const target = await gateway.request({
      host,
      path: `http://${host}/x`,
      headers: { "x-forwarded-host": "app.test" },
    });
    assert.equal(target.text, "GET app.test");
    const upgraded = await gateway.request({
      host,
      headers: { "x-forwarded-host": "app.test", connection: "Upgrade", upgrade: "test" },
    });
    assert.deepEqual([upgraded.status, upgraded.headers["x-seen-host"]], [101, "app.test"]);
  });

  void it("changes nothing if Host matches, the last forwarded host is unknown, or the peer is not trusted", async (t) => {
    const gateway = await start(t, { trusted_proxies: ["127.0.0.0/8"], admin_hosts: ["admin.test"] });
    for (const [what, headers] of wholePaths) {
      const own = await gateway.request({ host: "own.test", headers: { ...headers, "x-forwarded-host": "app.test" } });
      assert.equal(own.text, "GET own.test", what);
      for (const forwarded of ["app.test, other.test", "app.test,", "other.test", "", "app.test/x"]) {
        const answer = await gateway.request({
          host: "10.0.0.5",
          headers: { ...headers, "x-forwarded-host": forwarded },
        });
        assert.equal(answer.status, 404, `${what} ${forwarded}`);
      }
    }
    const admin = { host: "admin.test", path: "/_status/api", headers: { "x-forwarded-host": "app.test" } };
    assert.equal((await gateway.request(admin)).status, 200);
    const stranger = await start(t, {});
    for (const [what, headers] of wholePaths) {
      const forged = { ...headers, "x-forwarded-host": "app.test" };
      assert.equal((await stranger.request({ host: "10.0.0.5", headers: forged })).status, 404, what);
    }
  });
});

void describe("a 404 names the received Host, and what to set where that is the gateway's own", () => {
  void it("as an address, localhost or a name without a dot; not where it is a host like any other", async (t) => {
    const gateway = await start(t);
    for (const host of [`127.0.0.1:${gateway.port}`, "[::1]:8080", "localhost", "gateway:8080", "backend"]) {
      const problem = await gateway.request({ host });
      assert.equal(problem.status, 404);
      assert.ok(problem.json().detail.includes(host), problem.text);
      assert.match(problem.json().detail, /proxy_set_header Host \$http_host.*ProxyPreserveHost On/u);
      const page = await gateway.request({ host, headers: { ...navigation, "accept-language": "de" } });
      assert.ok(page.text.includes(host), host);
      assert.match(page.text, /lang="de"[\s\S]*proxy_set_header Host \$http_host[\s\S]*ProxyPreserveHost On/u);
    }
    const other = await gateway.request({ host: "typo.example.com" });
    assert.match(other.json().detail, /typo\.example\.com/u);
    assert.doesNotMatch(other.text, /proxy_set_header/u);
    const upgrade = await gateway.request({ host: "backend", headers: { connection: "Upgrade", upgrade: "test" } });
    assert.match(upgrade.json().detail, /backend.*proxy_set_header/u);
  });

  void it("cleaned, shortened and as text", async (t) => {
    const gateway = await start(t);
    const hostile = `<script>alert(1)</script>${"x".repeat(2_000)}`;
    const page = await gateway.request({ host: hostile, headers: navigation });
    assert.equal(page.status, 404);
    assert.doesNotMatch(page.text, /<script>alert|x{500}/u);
    assert.ok((await gateway.request({ host: hostile })).json().detail.length < 600);
  });
});

void describe("behind proxies that do not pass Host on", () => {
  void it("nginx, `proxy_pass` alone: the 404 says what to set, and with X-Forwarded-Host it is the app", async (t) => {
    const gateway = await start(t);
    const nginx = await startNginx(
      t,
      (port) => `server {
  listen 127.0.0.1:${port};
  location / { proxy_pass http://127.0.0.1:${gateway.port}; }
  location /told/ { proxy_pass http://127.0.0.1:${gateway.port}/; proxy_set_header X-Forwarded-Host $host; }
}`,
    );
    if (nginx === undefined) return;
    const lost = await request({ port: nginx.port, host: "app.test" });
    assert.equal(lost.status, 404);
    assert.ok(lost.json().detail.includes(`127.0.0.1:${gateway.port}`), lost.text);
    assert.match(lost.json().detail, /proxy_set_header Host \$http_host/u);
    const told = await request({ port: nginx.port, host: "app.test", path: "/told/" });
    assert.equal(told.text, "GET app.test");
  });

  void it("Apache, `ProxyPass` alone: the client gets the app, with page and polls", async (t) => {
    const gateway = await start(t);
    const apache = await startApache(t, `ProxyPass "/" "http://127.0.0.1:${gateway.port}/"`);
    if (apache === undefined) return;
    const { port } = apache;
    const page = await request({ port, host: "app.test", path: "/deep?x=1", headers: navigation });
    assert.equal(page.status, 503, page.text);
    // A poll is answered at each change: on a slow machine the first answer is `starting`.
    const poll = () => request({ port, host: "app.test", path: "/_health?container=app&wait=20s" });
    await waitUntil(async () => (await poll()).json().status === "running", 20_000, "the poll of a running app");
    const app = await request({ port, host: "app.test", path: "/deep?x=1", headers: navigation });
    assert.equal(app.text, "GET app.test");
    const post = await request({ port, host: "app.test", method: "POST", body: "x" });
    assert.equal(post.text, "POST app.test");
    // The value of a client, or of a proxy before it, is first in Apache's list.
    const forged = await request({ port, host: "app.test", headers: { "x-forwarded-host": "own.test" } });
    assert.equal(forged.text, "GET app.test");
  });
});

void describe("a proxy that is set up as in docs/getting-started.md passes everything on", () => {
  const fronts = {
    nginx: (t: TestContext, gateway: Gateway) =>
      startNginx(
        t,
        (port) => `map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
server {
  listen 127.0.0.1:${port};
  location / {
    proxy_pass http://127.0.0.1:${gateway.port};
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_request_buffering off;
    proxy_read_timeout 1h;
    client_max_body_size 0;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
  }
}`,
      ),
    Apache: (t: TestContext, gateway: Gateway) =>
      startApache(
        t,
        `ProxyPreserveHost On\nRequestHeader set X-Forwarded-Proto "https"\nProxyTimeout 3600\n` +
          `ProxyPass "/" "http://127.0.0.1:${gateway.port}/" upgrade=websocket`,
      ),
  };

  for (const [name, startFront] of Object.entries(fronts)) {
    void it(`${name}: host, scheme and WebSockets, to an app that sleeps and one that is awake`, async (t) => {
      const gateway = await start(t);
      const front = await startFront(t, gateway);
      if (front === undefined) return;
      const upgrade = { connection: "Upgrade", upgrade: "websocket" };
      for (let times = 0; times < 2; times += 1) {
        const answer = await request({ port: front.port, host: "own.test", method: "POST", body: "x" });
        assert.deepEqual([answer.text, answer.headers["x-seen-proto"]], ["POST own.test", "https"]);
        const upgraded = await request({ port: front.port, host: "app.test", headers: upgrade });
        assert.deepEqual([upgraded.status, upgraded.headers["x-seen-host"]], [101, "app.test"]);
      }
    });
  }
});
