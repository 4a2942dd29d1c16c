import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import type { TestContext } from "node:test";

import type Docker from "dockerode";

import { cleanup } from "./cleanup.ts";
import { ensureImage } from "./docker-images.ts";
import { waitUntil } from "./wait-until.ts";

/** The properties of a container; all have defaults. */
export interface ContainerSpec {
  /** Default: unique. */
  readonly name?: string;
  /** `app` (default), `tiny`, or the name of an image that the daemon has. */
  readonly image?: string;
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** A user-defined network; `host`; `none`. Default: the daemon's bridge. */
  readonly network?: string;
  /** A fixed IPv4 address on that network, whose subnet must have been chosen explicitly. */
  readonly address?: string;
  /** Written as for `docker run -v`. */
  readonly binds?: readonly string[];
  /** Container port → port on 127.0.0.1; 0 lets the daemon choose. */
  readonly ports?: Readonly<Record<number, number>>;
  /** A shell command; the container is healthy if it ends with 0. */
  readonly healthcheck?: { readonly command: string; readonly intervalMs?: number; readonly retries?: number };
  readonly memoryBytes?: number;
  readonly stopSignal?: string;
  /** In seconds; -1: unlimited. Default: the daemon's. */
  readonly stopTimeout?: number;
  readonly restartPolicy?: "no" | "always" | "on-failure" | "unless-stopped";
  /** As `docker run --rm`. */
  readonly autoRemove?: boolean;
  /** Default true. */
  readonly start?: boolean;
}

/** A container that is removed at the end of the test. */
export interface TestContainer {
  readonly name: string;
  readonly id: string;
  start(): Promise<void>;
  /** Stops it; it is killed after `graceSeconds` (default 1). */
  stop(graceSeconds?: number): Promise<void>;
  remove(): Promise<void>;
  inspect(): Promise<Docker.ContainerInspectInfo>;
  isRunning(): Promise<boolean>;
  /**
   * Returns how often the engine has started it since a time (`Date.now()`), including restarts, according to its
   * events.
   */
  startsSince(wallMs: number): Promise<number>;
  /** Returns its IPv4 address on the named or only network; empty while it does not run. */
  address(network?: string): Promise<string>;
  /** Returns the published port of the host for a port of the container; throws if there is none. */
  publishedPort(port: number): Promise<number>;
  /** Resolves when a port of it takes connections. */
  untilListens(port: number): Promise<void>;
  /** Creates an empty file in it. */
  touch(file: string): Promise<void>;
  /** Returns everything that it wrote to both outputs. */
  logs(): Promise<string>;
}

/** Creates a container, and starts it by default; it is removed at the end of the test. */
export async function createTestContainer(t: TestContext, docker: Docker, spec: ContainerSpec): Promise<TestContainer> {
  const name = spec.name ?? `app-${randomBytes(4).toString("hex")}`;
  const image = spec.image ?? "app";
  const known = image === "app" || image === "tiny" ? await ensureImage(docker, image) : image;
  const container = await docker.createContainer({ name, Image: known, ...describe(spec) });
  // By id, so that a test may remove it and create another one with the same name.
  const remove = (): Promise<void> => container.remove({ force: true, v: true }).then(nothing, unless(404, 409));
  cleanup(t, remove);
  const handle = wrap(docker, name, container, remove);
  if (spec.start !== false) await handle.start();
  return handle;
}

function describe(spec: ContainerSpec): Docker.ContainerCreateOptions {
  const ports = Object.entries(spec.ports ?? {});
  const bindings = ports.map(([port, host]) => [`${port}/tcp`, [{ HostIp: "127.0.0.1", HostPort: String(host) }]]);
  const { healthcheck } = spec;
  return {
    Env: Object.entries(spec.env ?? {}).map(([key, value]) => `${key}=${value}`),
    Labels: { ...spec.labels, "dag-test": "1" },
    ...(spec.cmd === undefined ? {} : { Cmd: [...spec.cmd] }),
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(spec.stopTimeout === undefined ? {} : { StopTimeout: spec.stopTimeout }),
    ExposedPorts: Object.fromEntries(ports.map(([port]) => [`${port}/tcp`, {}])),
    HostConfig: {
      NetworkMode: spec.network ?? "default",
      ...(spec.binds === undefined ? {} : { Binds: [...spec.binds] }),
      PortBindings: Object.fromEntries(bindings),
      AutoRemove: spec.autoRemove ?? false,
      Memory: spec.memoryBytes ?? 0,
      RestartPolicy: { Name: spec.restartPolicy ?? "no" },
    },
    ...(spec.address === undefined || spec.network === undefined
      ? {}
      : {
          NetworkingConfig: {
            EndpointsConfig: { [spec.network]: { IPAMConfig: { IPv4Address: spec.address } } },
          },
        }),
    ...(healthcheck === undefined
      ? {}
      : {
          Healthcheck: {
            Test: ["CMD-SHELL", healthcheck.command],
            Interval: (healthcheck.intervalMs ?? 300) * 1_000_000,
            Timeout: 2_000_000_000,
            Retries: healthcheck.retries ?? 2,
          },
        }),
  };
}

function wrap(docker: Docker, name: string, container: Docker.Container, remove: () => Promise<void>): TestContainer {
  const inspect = (): Promise<Docker.ContainerInspectInfo> => container.inspect();
  return {
    name,
    id: container.id,
    inspect,
    remove,
    start: () => container.start().then(nothing, unless(304)),
    stop: (graceSeconds = 1) => container.stop({ t: graceSeconds }).then(nothing, unless(304)),
    isRunning: async () => (await inspect()).State.Running,
    startsSince: (wallMs) => countStarts(docker, container.id, wallMs),
    address: async (network) => {
      const { Networks } = (await inspect()).NetworkSettings;
      return (network === undefined ? Object.values(Networks)[0] : Networks[network])?.IPAddress ?? "";
    },
    publishedPort: async (port) => {
      const binding = (await inspect()).NetworkSettings.Ports[`${port}/tcp`]?.[0];
      if (binding === undefined) throw new Error(`${name} does not publish port ${port}`);
      return Number(binding.HostPort);
    },
    untilListens: async (port) => {
      const { Networks } = (await inspect()).NetworkSettings;
      const address = Object.values(Networks)[0]?.IPAddress ?? "";
      await waitUntil(() => takesConnections(address, port), 30_000, `${name} to listen on ${port}`);
    },
    touch: async (file) => {
      const command = await container.exec({ Cmd: ["sh", "-c", `: > ${file}`] });
      (await command.start({ Detach: true })).destroy();
    },
    logs: async () => {
      const raw = await container.logs({ stdout: true, stderr: true, follow: false });
      return unframe(raw).toString("utf8");
    },
  };
}

function takesConnections(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => resolve(true));
    socket.once("error", () => resolve(false)).once("connect", () => socket.destroy());
  });
}

/** Removes the daemon's frames: one byte for the stream, three zero bytes, four for the length, then the content. */
function unframe(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= raw.length;) {
    const end = at + 8 + raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function unless(...statuses: readonly number[]): (error: Error & { statusCode?: number }) => void {
  return (error) => {
    if (!statuses.includes(error.statusCode ?? 0)) throw error;
  };
}

function nothing(): void {}

/** Counts starts in the engine's recent events, of which it keeps the last 256. */
async function countStarts(docker: Docker, id: string, sinceWallMs: number): Promise<number> {
  const filters = JSON.stringify({ type: ["container"], container: [id], event: ["start"] });
  const stream = await docker.getEvents({ since: sinceWallMs / 1_000, until: Date.now() / 1_000, filters });
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text.split("\n").filter((line) => line !== "").length;
}
