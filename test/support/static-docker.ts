import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";

/** A fake Docker API with many containers that do nothing, more than a test can create in a real daemon. */
export interface StaticDocker {
  /** Its address for DOCKER_HOST. */
  readonly host: string;
  /** All requests, such as `GET /containers/json`; may be emptied with `calls.length = 0`. */
  readonly calls: string[];
  /**
   * Creates a sleeping container and emits its event; replaces one with the same name without an event of its removal.
   */
  create(name: string, labels: Readonly<Record<string, string>>): void;
  /** The same without any event, so that only a list shows it. */
  replace(name: string, labels: Readonly<Record<string, string>>): void;
  /** Emits an event of this container without changing anything. */
  emit(name: string, action: string): void;
  remove(name: string): void;
  /** Ends every event stream. */
  cut(): void;
}

interface StaticContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Starts it with `count` containers `app-0`, `app-1` … with the hosts `app-0.test` and so on. They sleep; with `port`
 * they run, all published at this port of loopback, and their network counters do not change.
 */
export async function startStaticDocker(
  t: TestContext,
  count: number,
  port?: number,
  idle = "10m",
): Promise<StaticDocker> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-static-docker-"));
  const containers = new Map<string, StaticContainer>();
  const byId = new Map<string, StaticContainer>();
  const streams = new Set<http.ServerResponse>();
  const calls: string[] = [];
  let ids = 0;
  let lists = 0;

  function add(name: string, labels: Readonly<Record<string, string>>): void {
    ids += 1;
    const container = { id: ids.toString(16).padStart(64, "f"), name, labels };
    containers.set(name, container);
    byId.set(container.id, container);
  }

  function emit(name: string, action: string, about = containers.get(name)): void {
    const Actor = { ID: about?.id, Attributes: { ...about?.labels, name, image: "app:1" } };
    const line = JSON.stringify({ Type: "container", Action: action, Actor, scope: "local" });
    for (const stream of streams) stream.write(`${line}\n`);
  }

  function answer(method: string, pathname: string, res: http.ServerResponse): void {
    const where = pathname.replace(/^\/v[\d.]+/u, "");
    calls.push(`${method} ${where}`);
    const [, name = "", what] = /^\/containers\/(.+)\/(json|stats)$/u.exec(where) ?? [];
    const found = containers.get(decodeURIComponent(name)) ?? byId.get(name);
    if (where === "/version") return json(res, { ApiVersion: "1.47", MinAPIVersion: "1.24" });
    if (where === "/info") return json(res, { NCPU: 2, CgroupVersion: "2" });
    if (where === "/_ping") return void res.end("OK");
    if (where === "/events") return open(res);
    if (where === "/containers/json") {
      lists += 1; // the texts in Status change all the time
      const since = `${lists} minutes`;
      return json(
        res,
        [...containers.values()].map((one) => ({
          ...listed(one, port),
          Status: port ? `Up ${since}` : `Exited (0) ${since} ago`,
        })),
      );
    }
    if (found !== undefined) return json(res, what === "stats" ? STATS : inspected(found, port));
    res.statusCode = 404;
    json(res, { message: `no such container: ${name}` });
  }

  function open(res: http.ServerResponse): void {
    streams.add(res);
    res.on("close", () => streams.delete(res));
    res.flushHeaders();
  }

  for (let index = 0; index < count; index += 1) add(`app-${index}`, { ...labelsOf(index), "dag.idle_timeout": idle });
  const server = http.createServer((req, res) => {
    answer(req.method ?? "", new URL(req.url ?? "", "http://docker").pathname, res);
  });
  const socket = path.join(dir, "docker.sock");
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  cleanup(t, () => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    host: `unix://${socket}`,
    calls,
    emit,
    replace: add,
    create(name, labels) {
      add(name, labels);
      emit(name, "create");
    },
    remove(name) {
      const former = containers.get(name);
      containers.delete(name);
      emit(name, "destroy", former);
    },
    cut() {
      for (const stream of streams) stream.destroy();
    },
  };
}

/** Returns the labels of `app-0`, `app-1` … */
export function labelsOf(index: number): Readonly<Record<string, string>> {
  return { "dag.enabled": "true", "dag.host": `app-${index}.test`, "dag.target_port": "80", "dag.idle_timeout": "10m" };
}

function listed({ id, name, labels }: StaticContainer, port: number | undefined): object {
  return {
    Id: id,
    Names: [`/${name}`],
    Image: "app:1",
    ImageID: `sha256:${id}`,
    Command: "/app",
    Created: 1_700_000_000,
    Ports: port === undefined ? [] : [{ IP: "127.0.0.1", PrivatePort: 80, PublicPort: port, Type: "tcp" }],
    Labels: labels,
    State: port === undefined ? "exited" : "running",
    HostConfig: { NetworkMode: "bridge" },
    NetworkSettings: { Networks: {} },
    Mounts: [],
  };
}

function inspected({ id, name, labels }: StaticContainer, port: number | undefined): object {
  const isRunning = port !== undefined;
  const bindings = isRunning ? { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] } : {};
  return {
    Id: id,
    Name: `/${name}`,
    Created: "2024-01-01T00:00:00Z",
    State: {
      Status: isRunning ? "running" : "exited",
      Running: isRunning,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: 0,
      ExitCode: 0,
      Error: "",
      StartedAt: "2024-01-01T00:00:00Z",
      FinishedAt: isRunning ? "0001-01-01T00:00:00Z" : "2024-01-01T01:00:00Z",
    },
    HostConfig: { NetworkMode: "bridge", AutoRemove: false, PortBindings: bindings },
    Config: { Image: "app:1", Labels: labels, ExposedPorts: { "80/tcp": {} } },
    NetworkSettings: { Networks: {}, Ports: bindings },
  };
}

const STATS = {
  cpu_stats: { cpu_usage: { total_usage: 1_000_000 } },
  memory_stats: { usage: 1_000_000 },
  networks: { eth0: { rx_bytes: 1_000, tx_bytes: 1_000, rx_packets: 10, tx_packets: 10 } },
};

function json(res: http.ServerResponse, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(res.statusCode, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  res.end(text);
}
