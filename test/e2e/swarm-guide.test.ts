import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip } from "../support/docker.ts";
import { provideGatewayImage } from "../support/gateway-image.ts";
import { readBlocks } from "../support/markdown-blocks.ts";
import { mustRun, run } from "../support/run.ts";
import { shareSwarm } from "../support/swarm-bed.ts";
import { inspect, running, swarmRule, untilAsleep } from "../support/swarm-services.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = path.resolve(import.meta.dirname, "../..");
const rule = swarmRule(shareSwarm(1));
const APP = "home_whoami";
const PORT = 8090;

rule("the commands of the guide to Docker Swarm deploy the example, which sleeps and wakes", async (bed, t) => {
  const [node] = bed.nodes;
  if (dockerOrSkip(t) === undefined || node === undefined || !(await provideGatewayImage(t, node.host))) return;
  await node.docker.getImage(bed.image).tag({ repo: "traefik/whoami", tag: "v1.10" });
  // The socket of this daemon, and a port that is free on its node.
  const socket = node.host.slice("unix://".length);
  const env = { ...process.env, DOCKER_HOST: node.host, DOCKER_SOCKET: socket, PORT: String(PORT) };
  // Docker removes no network whose tasks are still being started or ended.
  const remove = async (): Promise<boolean> => (await run("docker", ["stack", "rm", "home"], { env })).code === 0;
  cleanup(t, () => waitUntil(remove, 30_000, "the end of the stack"));

  const guide = readFileSync(path.join(root, "docs/swarm.md"), "utf8");
  const [deploy, relabel, ...others] = readBlocks(guide).filter(({ language }) => language === "sh");
  assert.ok(deploy !== undefined && relabel !== undefined && others.length === 0);
  const paste = (text: string): Promise<unknown> => mustRun("sh", ["-ec", text], { cwd: root, env });

  await paste(deploy.text);
  const visit = (): Promise<number> => statusAt(node.address, "whoami.example.com");
  await waitUntil(async () => (await visit()) === 200, 60_000, "an answer of the app");
  await paste(relabel.text);
  await untilAsleep(bed, APP);
  assert.equal((await inspect(bed, APP)).Spec.Labels["dag.replicas"], "3");
  assert.equal(await visit(), 200);
  await waitUntil(async () => (await visit()) === 200 && (await running(bed, APP)) === 3, 30_000, "three tasks again");
});

/** 0: nobody listens yet. */
function statusAt(host: string, name: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request({ host, port: PORT, headers: { host: name } }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? 0));
    });
    asked.once("error", () => resolve(0));
    asked.end();
  });
}
