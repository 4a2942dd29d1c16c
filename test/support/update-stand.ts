import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";
import { dockerConfigWithCompose } from "./compose.ts";
import { uniqueName, type TestDocker } from "./docker.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { freePort } from "./http.ts";
import { run } from "./run.ts";
import { startTraffic, type TrafficReport } from "./update-traffic.ts";
import { waitUntil } from "./wait-until.ts";
import { watchGenerations } from "./watch-generations.ts";
import { elapse } from "./real-time.ts";

/** A labelled app with a published port behind a gateway, and the commands with which people update it. */
export interface UpdateStand {
  readonly gateway: Gateway;
  readonly host: string;
  /** The names of the container and its Compose project. */
  readonly name: string;
  /** Starts it with `docker run` or Compose. */
  up(by: "run" | "compose"): Promise<void>;
  /** Runs a command as people type it; `docker` and `docker compose` use this stand's daemon and file. */
  type(command: string): Promise<void>;
  /** Returns the arguments of `docker run` or `docker create`, with a label for the generation. */
  runArguments(generation: number): string;
  /** Carries out `update` under traffic; returns what clients observed. */
  round(update: () => Promise<void>): Promise<RoundReport>;
}

export interface RoundReport extends TrafficReport {
  /** The commands that did not end with 0, with their output. */
  readonly failed: readonly string[];
  /** The number of POSTs that the app never received. */
  readonly lost: number;
  readonly repeated: number;
  /** The containers that should not exist. */
  readonly leftovers: readonly string[];
  /** The times when two generations ran at once, as `old + new`. */
  readonly together: readonly string[];
}

/** The duration of traffic before and after the update. */
const EDGE_MS = 600;

/** Opens a stand; `undefined` if the test was skipped. */
export async function openUpdateStand(t: TestContext, docker: TestDocker): Promise<UpdateStand | undefined> {
  const config = dockerConfigWithCompose(t);
  if (config === undefined) return undefined;
  const dir = mkdtempSync(path.join(tmpdir(), "dag-update-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const record = path.join(dir, "record");
  writeFileSync(record, "");
  const [image, port, gateway] = await Promise.all([
    docker.image("app"),
    freePort(),
    startGateway(t, { dockerHost: docker.host, config: { gateway: { trusted_proxies: ["127.0.0.1"] } } }),
  ]);
  const project = uniqueName("shop");
  const host = `${project}.test`;
  const labels = { "dag.enabled": "true", "dag.host": host, "dag.idle_timeout": "10m" };
  const environment = { STOP_DELAY_MS: "150", RECORD: "/record/record" };
  const file = path.join(dir, "compose.yml");
  writeFileSync(
    file,
    JSON.stringify({
      name: project,
      services: {
        app: {
          image,
          environment,
          labels: { ...labels, generation: "${GENERATION:-0}" },
          ports: [`127.0.0.1:${port}:80`],
          volumes: [`${dir}:/record`],
        },
      },
    }),
  );
  const env = { ...process.env, DOCKER_CONFIG: config, DOCKER_HOST: docker.host, COMPOSE_FILE: file };
  const name = `${project}-app-1`;
  const failed: string[] = [];
  const generations = await watchGenerations(t, docker.docker, name);

  async function type(command: string): Promise<void> {
    const { code, output } = await run("sh", ["-c", command], { env });
    if (code !== 0) failed.push(`${command}: ${code} ${output.trim().slice(-500)}`);
  }

  function runArguments(generation: number): string {
    const all = [
      ...Object.entries({ ...labels, generation }).map(([key, value]) => `--label ${key}=${value}`),
      ...Object.entries(environment).map(([key, value]) => `-e ${key}=${value}`),
    ];
    return `--name ${name} -p 127.0.0.1:${port}:80 -v ${dir}:/record ${all.join(" ")} ${image}`;
  }

  async function containers(): Promise<string[]> {
    const found = await docker.docker.listContainers({ all: true });
    return found.flatMap(({ Names }) => Names.map((one) => one.slice(1))).filter((one) => one.includes(project));
  }
  cleanup(t, async () => {
    for (const one of await containers()) await run("docker", ["rm", "-f", one], { env });
    await run("docker", ["network", "rm", `${project}_default`], { env });
  });

  return {
    gateway,
    host,
    name,
    async up(by) {
      await type(by === "run" ? `docker run -d ${runArguments(0)}` : "docker compose up -d");
      await waitUntil(async () => (await gateway.request({ host })).status === 200, 10_000, "the app");
    },
    type,
    runArguments,
    async round(update) {
      failed.length = 0;
      generations.together.length = 0;
      writeFileSync(record, "");
      const traffic = startTraffic(gateway.port, host);
      await elapse(EDGE_MS);
      await update();
      await elapse(EDGE_MS);
      const report = await traffic.stop();
      const got = readFileSync(record, "utf8").split("\n").filter(Boolean);
      const leftovers = (await containers()).filter((one) => one !== name);
      return {
        ...report,
        failed: [...failed],
        lost: report.posts.filter((id) => !got.includes(id)).length,
        repeated: got.length - new Set(got).size,
        leftovers,
        together: [...generations.together],
      };
    },
  };
}
