import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type Docker from "dockerode";
import { parse } from "yaml";
import { cleanup } from "./cleanup.ts";
import { type TestDocker, uniqueName } from "./docker.ts";
import { request } from "./http.ts";
import { type Tool, toolOrSkip } from "./tools.ts";
import { waitUntil } from "./wait-until.ts";

/** A running Compose file of the examples, with this machine's programs instead of its images. */
export interface Stack {
  /** Returns the port of 127.0.0.1 for a published port of a service. */
  port(service: string, port: number): Promise<number>;
  container(service: string): Docker.Container;
  logs(service: string): Promise<string>;
  /** Has the gateway stop an app: a stop by somebody else might begin an update, and the next wake would wait for that. */
  sleep(name: string): Promise<void>;
}

interface Service {
  readonly image: string;
  readonly container_name?: string;
  readonly command?: readonly string[];
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

const root = path.resolve(import.meta.dirname, "../..");

/**
 * Starts every service of an example in a container on one network; `undefined` if a program is missing. Keys that no
 * example uses are errors here, so that nothing is ignored silently.
 */
export async function startStack(t: TestContext, docker: TestDocker, file: string): Promise<Stack | undefined> {
  const { services } = parse(readFileSync(file, "utf8")) as { services: Record<string, Service> };
  const network = await docker.createNetwork({ name: uniqueName("compose") });
  const containers = new Map<string, Docker.Container>();
  for (const [name, service] of Object.entries(services)) {
    const program = await programOf(t, docker, service);
    if (program === undefined) return undefined;
    const { labels, user, container_name: own } = service;
    const container = await docker.docker.createContainer({
      name: own ?? uniqueName(name),
      Image: program.image,
      Labels: { ...labels, "dag-test": "1" },
      ...(program.entrypoint && { Entrypoint: [...program.entrypoint] }),
      ...(program.command && { Cmd: [...program.command] }),
      ...(program.env && { Env: [...program.env] }),
      ...(user !== undefined && { User: user }),
      ...(program.healthcheck && { Healthcheck: program.healthcheck }),
      ExposedPorts: Object.fromEntries((service.ports ?? []).map((port) => [`${inside(port)}/tcp`, {}])),
      HostConfig: {
        Binds: [...program.binds, ...bindsOf(service, file, docker)],
        PortBindings: Object.fromEntries(
          (service.ports ?? []).map((port) => [`${inside(port)}/tcp`, [{ HostIp: "127.0.0.1", HostPort: "0" }]]),
        ),
      },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
    });
    cleanup(t, () => container.remove({ force: true, v: true }));
    containers.set(name, container);
  }
  for (const container of containers.values()) await container.start();
  return stackOf(docker.docker, containers);
}

function stackOf(docker: Docker, containers: ReadonlyMap<string, Docker.Container>): Stack {
  const find = (service: string): Docker.Container => {
    const found = containers.get(service);
    if (found === undefined) throw new Error(`no service ${service}`);
    return found;
  };
  return {
    container: find,
    async port(service, port) {
      const { NetworkSettings } = await find(service).inspect();
      return Number(NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort);
    },
    async sleep(name) {
      const { NetworkSettings } = await find("gateway").inspect();
      const [network] = Object.values(NetworkSettings.Networks);
      const where = `/_status/stop?container=${name}`;
      const stop = () => request({ address: network?.IPAddress ?? "", port: 8080, method: "POST", path: where });
      // A front whose app is awake may answer before the gateway has started.
      const { status, text } = await waitUntil(stop, 40_000, "the gateway");
      if (status !== 202) throw new Error(`the stop of ${name} was answered ${status}: ${text}`);
      await waitUntil(
        async () => !(await docker.getContainer(name).inspect()).State.Running,
        40_000,
        `${name} to stop`,
      );
    },
    async logs(service) {
      const raw = await find(service).logs({ stdout: true, stderr: true, follow: false });
      return raw.toString("utf8");
    },
  };
}

interface Program {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  readonly healthcheck?: Docker.HealthConfig;
  readonly binds: readonly string[];
}

async function programOf(
  t: TestContext,
  docker: TestDocker,
  { image, command }: Service,
): Promise<Program | undefined> {
  const [name = ""] = image.split(":");
  switch (name) {
    case "traefik/whoami":
      // It takes a moment to start, so that the requests of a test find it waking.
      return { image: await docker.image("app"), env: ["DELAY_MS=2000"], binds: [] };
    case "docker-awakening-gateway":
      return {
        image: await docker.image("app"),
        entrypoint: ["node", "/dag/src/main.ts"],
        command: command ?? ["serve"],
        // As in its image, because a front proxy may ignore a container until it is healthy.
        healthcheck: { Test: ["CMD", "node", "/dag/src/main.ts", "health"], Interval: 30e9, StartPeriod: 15e9 },
        binds: [`${root}/src:/dag/src:ro`, `${root}/templates:/dag/templates:ro`, ...nodeModules()],
      };
    case "traefik":
      return tool(t, docker, "traefik", (program) => [program, ...(command ?? [])]);
    case "caddy":
      return tool(t, docker, "caddy", (program) => [program, "run", "--config", "/etc/caddy/Caddyfile"]);
    case "nginx":
      return tool(t, docker, "nginx", (program) => [
        "sh",
        "-c",
        `mkdir -p /var/log /tmp && exec ${program} -c ${CONF}`,
      ]);
    default:
      throw new Error(`there is no replacement for the image ${image}`);
  }
}

const CONF = "/etc/nginx/nginx.conf";

/** The configuration of nginx's own image around the file of the example. */
const NGINX_CONF = `daemon off; user root; worker_processes 1; pid /tmp/nginx.pid; error_log /dev/stderr info;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
  include /etc/nginx/conf.d/*.conf;
}`;

async function tool(
  t: TestContext,
  docker: TestDocker,
  name: Tool,
  command: (program: string) => readonly string[],
): Promise<Program | undefined> {
  const found = toolOrSkip(t, name);
  if (found === undefined) return undefined;
  const program = realpathSync(found);
  const binds = [program, ...librariesOf(program), ...(existsSync("/etc/passwd") ? ["/etc/passwd", "/etc/group"] : [])];
  const own = name === "nginx" ? [`${nginxConf(t)}:${CONF}:ro`] : [];
  const [entrypoint = "", ...rest] = command(program);
  return {
    image: await docker.image("tiny"),
    entrypoint: [entrypoint],
    command: rest,
    binds: [...binds.map((one) => `${realpathSync(one)}:${one}:ro`), ...own],
  };
}

function nginxConf(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-compose-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(path.join(dir, "nginx.conf"), NGINX_CONF);
  return path.join(dir, "nginx.conf");
}

function librariesOf(program: string): string[] {
  try {
    const said = execFileSync("ldd", [program], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return [...said.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? []);
  } catch {
    return []; // static
  }
}

/** Returns the real paths of node_modules, which may be a link. */
function nodeModules(): string[] {
  return [
    `${realpathSync(path.join(root, "node_modules"))}:/dag/node_modules:ro`,
    `${root}/package.json:/dag/package.json:ro`,
  ];
}

function bindsOf({ volumes = [] }: Service, file: string, { host }: TestDocker): string[] {
  return volumes.flatMap((volume) => {
    const [from = "", ...to] = volume.split(":");
    if (from === "/var/run/docker.sock") return [[host.replace("unix://", ""), ...to].join(":")];
    if (from.startsWith("./")) return [[path.join(path.dirname(file), from), ...to].join(":")];
    if (from.startsWith("/")) throw new Error(`an example must not read ${from}`);
    return []; // a named volume, of which nothing may outlive the test
  });
}

/** Returns the container's port of `80:80`. */
function inside(port: string): number {
  return Number(port.split(":").at(-1));
}
