import assert from "node:assert/strict";
import { createFixedNetwork } from "../support/fixed-network.ts";
import { untilAsleep } from "../support/front-apps.ts";
import { startCaddy } from "../support/fronts.ts";
import { startGateway } from "../support/gateway.ts";
import { navigation, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { spawnDag } from "../support/spawn-dag.ts";
import { waitUntil } from "../support/wait-until.ts";

onDocker("a group that a front names by path needs no host, nor do its members", async (t, docker) => {
  const network = await createFixedNetwork(t, docker);
  const members = await Promise.all(
    ["one", "two"].map((name, index) =>
      docker.createContainer({
        network: network.name,
        address: network.address(index),
        env: { NAME: name },
        labels: { "dag.enabled": "true", "dag.group": "pair", "dag.idle_timeout": "4s" },
        start: false,
      }),
    ),
  );
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: { gateway: { trusted_proxies: ["127.0.0.0/8"] } },
  });
  const caddy = await startCaddy(
    t,
    (port) => `http://home.test:${port} {
	bind 127.0.0.1
	handle /_health {
		reverse_proxy 127.0.0.1:${gateway.port}
	}
	handle /pair/* {
		forward_auth 127.0.0.1:${gateway.port} {
			uri /_auth/caddy/group/pair?
			copy_headers X-Gateway-Upstream
		}
		reverse_proxy {http.request.header.X-Gateway-Upstream}
	}
}`,
  );
  if (caddy === undefined) return;
  const visit = (where: string, headers = {}) => request({ port: caddy.port, host: "home.test", path: where, headers });
  const page = await visit("/pair/", navigation);
  assert.equal(page.headers["x-gateway-code"], "waking", page.text);
  await waitUntil(async () => (await visit("/_health?container=pair&wait=20s")).text.includes('"running"'));
  const seen = new Set<string>();
  await waitUntil(async () => {
    const { text } = await visit("/pair/a");
    seen.add(/Hello from (?:one|two)/u.exec(text)?.[0] ?? text);
    return seen.size > 1;
  });
  assert.deepEqual([...seen].toSorted(), ["Hello from one", "Hello from two"]);
  await Promise.all(members.map(({ name }) => untilAsleep(gateway, name)));
  const explained = await spawnDag(["explain", members[0]!.name], { env: { CONFIG_PATH: gateway.configFile } });
  assert.ok(explained.stdout.includes("/_auth/FRONT/group/pair."), explained.stdout);
});
