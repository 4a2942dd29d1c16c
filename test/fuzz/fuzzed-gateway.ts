import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort, request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startStrictApp, type StrictApp, type StrictAppDeps } from "./strict-app.ts";

/** What a kind of fuzzing needs to run: apps by host, which are awake, and what else is configured. */
export interface GatewayOrder {
  readonly apps: Readonly<Record<string, StrictAppDeps>>;
  /** Hosts whose program runs and never listens: they are never ready. It runs from the beginning, since it holds descriptors. */
  readonly asleep?: readonly string[];
  readonly gateway?: object;
  /** Added to its environment; `ports`: where each host's app is. */
  readonly env?: (ports: ReadonlyMap<string, number>) => Readonly<Record<string, string>>;
}

/** The gateway in a process of its own, before apps in this one. */
export interface FuzzedGateway {
  readonly gateway: Gateway;
  readonly port: number;
  readonly apps: ReadonlyMap<string, StrictApp>;
  isAlive(): boolean;
  /** Resolves when it has no more open descriptors than before; rejects after a while. */
  descriptorsReturn(): Promise<void>;
  close(): Promise<void>;
}

/** Set to fuzz what was built, with a Node that cannot run the source. */
const PROGRAM = process.env["FUZZ_PROGRAM"];

/** The target of the request that wakes an app before the fuzzing; every app answers it. */
export const WARM_UP = "/warm-up";

export async function startFuzzedGateway(t: TestContext, order: GatewayOrder): Promise<FuzzedGateway> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-fuzz-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const hosts = Object.keys(order.apps);
  const ports = new Map<string, number>();
  for (const host of [...hosts, ...(order.asleep ?? [])]) ports.set(host, await freePort());
  const started = (host: string): string => path.join(dir, host);
  const containers = [...ports].map(([host, port]) => ({
    name: host.replaceAll(".", "-"),
    host,
    idle_timeout: "10h",
    start_timeout: "10h",
    ...(hosts.includes(host) ? {} : { hold_timeout: "30ms" }),
    // The app listens in this process, so that the fuzzer knows what it reads; the program only stands for it.
    process: { command: ["sh", "-c", `: >${started(host)}; exec sleep 100000`], port },
  }));
  const gateway = await startGateway(t, {
    config: { gateway: { ...order.gateway }, containers },
    ...(PROGRAM !== undefined && { program: path.resolve(PROGRAM) }),
    env: { LOG_LEVEL: "warn", ...order.env?.(ports) },
  });
  const apps = new Map(
    await Promise.all(
      hosts.map(async (host): Promise<[string, StrictApp]> => {
        const woken = request({ port: gateway.port, host, path: WARM_UP });
        await waitUntil(() => existsSync(started(host)), 30_000, `the start of ${host}`);
        const app = await startStrictApp(t, ports.get(host) ?? 0, withWarmUp(order.apps[host] as StrictAppDeps));
        const { status, text } = await woken;
        if (status !== 200) throw new Error(`${host} was not woken: ${text}`);
        return [host, app];
      }),
    ),
  );
  for (const host of order.asleep ?? []) {
    await request({ port: gateway.port, host, path: WARM_UP });
    await waitUntil(() => existsSync(started(host)), 30_000, `the start of ${host}`);
  }
  const isAlive = (): boolean => existsSync(`/proc/${gateway.pid}/fd`) && descriptors(gateway.pid) > 0;
  const baseline = await settledDescriptors(gateway.pid);
  return {
    gateway,
    port: gateway.port,
    apps,
    isAlive,
    async descriptorsReturn() {
      const areBack = (): boolean => descriptors(gateway.pid) <= baseline;
      await waitUntil(areBack, 15_000, `${baseline} descriptors`).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${openSockets(gateway.pid)}`, { cause: error });
      });
    },
    async close() {
      await gateway.stop("SIGKILL");
      for (const app of apps.values()) app.close();
    },
  };
}

/** Without the connections to apps that were kept from waking them. */
async function settledDescriptors(pid: number): Promise<number> {
  let last = -1;
  await waitUntil(() => {
    const now = descriptors(pid);
    const isSame = now === last;
    last = now;
    return isSame;
  });
  return last;
}

/** What the process has open, with the state and the ends of each TCP connection. */
function openSockets(pid: number): string {
  const folder = `/proc/${pid}/fd`;
  const connections = new Map<string, string>();
  for (const line of readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n").slice(1)) {
    const [, local = "", remote = "", state = "", , , , , , inode = ""] = line.trim().split(/\s+/u);
    connections.set(`socket:[${inode}]`, `TCP state ${state}, ${portOf(local)} to ${portOf(remote)}`);
  }
  const targets = readdirSync(folder).map((fd) => readlinkSync(path.join(folder, fd)));
  return targets.map((target) => connections.get(target) ?? target).join("\n");
}

function portOf(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}

function descriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

function withWarmUp({ onHead, onRequest, onFault }: StrictAppDeps): StrictAppDeps {
  return {
    onFault,
    onHead: (head, connection) => head.target !== WARM_UP && onHead?.(head, connection),
    onRequest(asked, connection) {
      if (asked.target !== WARM_UP) return onRequest(asked, connection);
      connection.socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return connection.next();
    },
  };
}
