import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { type Front, startNginx } from "../support/fronts.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort, navigation, request } from "../support/http.ts";
import { spawnDag } from "../support/spawn-dag.ts";

/** Redirects every http request to https, as many apps do. */
const APP = `
require("node:http").createServer((req, res) => {
  const isSecure = req.headers["x-forwarded-proto"] === "https";
  res.writeHead(isSecure ? 200 : 301, isSecure ? {} : { location: "https://app.test/" });
  res.end(isSecure ? "secure" : "");
}).listen(Number(process.env.PORT), "127.0.0.1");
`;

/** What an nginx that terminates TLS sends about its clients. */
function frontOf(gateway: Gateway, port: number): string {
  return `server {
  listen 127.0.0.1:${port};
  location / {
    proxy_pass http://127.0.0.1:${gateway.port};
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
  }
}`;
}

test("an untrusted TLS front is reported once in every place, until it is trusted", async (t) => {
  const port = await freePort();
  const process_ = { command: [process.execPath, "-e", APP], port, env: { PORT: String(port) } };
  const gateway = await startGateway(t, {
    config: { containers: [{ name: "app", host: "app.test", process: process_ }] },
  });
  const untrusted = async () => (await gateway.request({ path: "/_status/api" })).json().untrusted_proxies;
  assert.deepEqual(await untrusted(), []);
  let conf = "";
  const nginx: Front | undefined = await startNginx(t, (own) => (conf = frontOf(gateway, own)));
  if (nginx === undefined) return;
  const ask = () => request({ port: nginx.port, host: "app.test" });
  const reports = () => gateway.log.filter(({ msg }) => /X-Forwarded-\*/u.test(String(msg)));
  const dag = (...args: string[]) => spawnDag(args, { env: { CONFIG_PATH: gateway.configFile } });
  const file = path.join(path.dirname(gateway.configFile), "nginx.txt");
  writeFileSync(file, conf);

  for (let times = 0; times < 3; times += 1) assert.equal((await ask()).status, 301);
  const line = await gateway.waitForLog(({ msg }) => /X-Forwarded-\*/u.test(String(msg)));
  assert.match(String(line["msg"]), /127\.0\.0\.1.*trusted_proxies/u);
  assert.equal(reports().length, 1);
  assert.deepEqual(await untrusted(), ["127.0.0.1"]);
  const page = await gateway.request({ path: "/_status", headers: { ...navigation, "accept-language": "de" } });
  assert.match(page.text, /id="untrusted"[^<]*<[\s\S]*127\.0\.0\.1[\s\S]*trusted_proxies/u);
  const explained = await dag("explain", "app");
  assert.match(explained.stdout, /127\.0\.0\.1 sends X-Forwarded-\*.*trusted_proxies/u, explained.stderr);
  const checked = await dag("check", "--front", "nginx", "--api", file);
  assert.match(checked.stdout, /^missing {2}127\.0\.0\.1 sends X-Forwarded-\*.*trusted_proxies/mu);
  assert.equal(checked.code, 1);

  const config = JSON.parse(readFileSync(gateway.configFile, "utf8"));
  config.gateway.trusted_proxies = ["127.0.0.1"];
  writeFileSync(gateway.configFile, JSON.stringify(config));
  await gateway.waitForLog(({ msg }) => msg === "configuration reloaded");
  assert.equal((await ask()).text, "secure");
  assert.deepEqual(await untrusted(), []);
  assert.doesNotMatch((await dag("explain", "app")).stdout, /X-Forwarded/u);
  assert.equal(reports().length, 1);
});
