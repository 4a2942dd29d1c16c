import assert from "node:assert/strict";
import { describe } from "node:test";
import type { TestContainer } from "../support/docker-container.ts";
import { type TestDocker, uniqueName } from "../support/docker.ts";
import { ensureImage } from "../support/docker-images.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { onDocker } from "../support/sleeping.ts";
import { spawnDag } from "../support/spawn-dag.ts";

/** Other files share the daemon, so that each app has a host of its own. */
function labelsOf(name: string): Record<string, string> {
  return { "dag.enabled": "true", "dag.host": hostOf(name) };
}

const hostOf = (name: string): string => `${name}.test`;
/** A page that the app has. */
const pageOf = (name: string) => ({ host: hostOf(name), path: "/hosts" });

describe("an app without target_port", () => {
  onDocker(
    "is found on the one port that its image exposes, asleep and awake, before a restart and after",
    async (t, docker) => {
      const app = await sleeping(docker, 3000, [3000]);
      const gateway = await startGateway(t, { dockerHost: docker.host, config: { gateway: TRUSTING } });
      assert.equal(await serviceUrl(gateway, app.name), `http://${app.name}:3000`);
      assert.equal((await gateway.request(pageOf(app.name))).status, 200);
      assert.match(await upstream(gateway, app.name), /:3000$/u);
      const [status] = (await gateway.request({ path: "/_status/api" })).json().containers;
      assert.equal(status.target_port, "3000");
    },
  );

  onDocker("that was moved to 80 is found there, also after it slept and after a restart", async (t, docker) => {
    const app = await sleeping(docker, 80, [3000]);
    const gateway = await startGateway(t, { dockerHost: docker.host, config: { gateway: TRUSTING } });
    assert.equal((await gateway.request(pageOf(app.name))).status, 200);
    assert.match(await upstream(gateway, app.name), /:80$/u);
    assert.equal(await serviceUrl(gateway, app.name), `http://${app.name}:80`);
    await gateway.request({ method: "POST", path: `/_status/stop?container=${app.name}` });
    await gateway.waitForLog(({ event, container }) => event === "stopped" && container === app.name);
    assert.equal(await serviceUrl(gateway, app.name), `http://${app.name}:80`);
    await gateway.stop();
    assert.equal(await serviceUrl(await gateway.restart(), app.name), `http://${app.name}:80`);
  });

  onDocker("is found on the second port of an image that exposes 80 too, but listens there only", async (t, docker) => {
    const app = await sleeping(docker, 3000, [80, 3000]);
    const gateway = await startGateway(t, { dockerHost: docker.host });
    assert.equal((await gateway.request(pageOf(app.name))).status, 200);
  });

  onDocker(
    "whose image exposes several is probed on 80, and problem, page, log and dag check name them",
    async (t, docker) => {
      const app = await sleeping(docker, 3000, [3000, 9000], { "dag.start_timeout": "5s" });
      const gateway = await startGateway(t, { dockerHost: docker.host });
      const names = /exposes 3000, 9000: set target_port/u;
      const problem = await gateway.request({ host: hostOf(app.name) });
      assert.match(problem.json().detail, names);
      const page = await gateway.request({
        host: hostOf(app.name),
        headers: { accept: "text/html", "user-agent": "Mozilla/5.0" },
      });
      assert.match(page.text, names);
      assert.ok(gateway.log.some(({ event, msg }) => event === "wake-failed" && names.test(String(msg))));
      const { stdout } = await spawnDag(["check", "--docker"], { env: { DOCKER_HOST: docker.host } });
      assert.match(stdout.split("\n").find((line) => line.includes(app.name)) ?? "", names);
    },
  );
});

const TRUSTING = { trusted_proxies: ["127.0.0.1"], traefik: { via: "forward-auth" } };

/** Its image exposes exactly these ports; `/hosts` is a page of it. */
async function sleeping(
  docker: TestDocker,
  listens: number,
  exposes: readonly number[],
  labels: Record<string, string> = {},
): Promise<TestContainer> {
  const name = uniqueName("port");
  return docker.createContainer({
    name,
    image: await ensureImage(docker.docker, "tiny", exposes),
    cmd: ["httpd", "-f", "-p", String(listens), "-h", "/etc"],
    labels: { ...labelsOf(name), ...labels },
    stopSignal: "SIGKILL",
    start: false,
  });
}

/** The address that Traefik gets for it. */
async function serviceUrl(gateway: Gateway, name: string): Promise<string> {
  const { http } = (await gateway.request({ path: "/_provider/traefik" })).json();
  return http.services[`dag-app-${name}`].loadBalancer.servers[0].url;
}

/** The address that a front proxy gets for it while it is awake. */
async function upstream(gateway: Gateway, name: string): Promise<string> {
  const headers = { "x-forwarded-host": hostOf(name), "x-forwarded-method": "GET", "x-forwarded-uri": "/" };
  return String((await gateway.request({ path: "/_auth/caddy", headers })).headers["x-gateway-upstream"]);
}
