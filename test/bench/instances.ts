/**
 * What a request costs in the gateway with one task of a Swarm service and with three, in turns. A simulated manager publishes
 * the tasks as ports of one nginx. `npm run bench -- instances`, or with e.g. `ROUNDS=15 SECONDS=1` before it.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { buildGateway } from "../support/built-gateway.ts";
import { cleanup } from "../support/cleanup.ts";
import { PENDING, startFakeManager } from "../support/fake-manager.ts";
import { startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { generateLoad, type LoadName } from "./load.ts";
import { median } from "./median.ts";
import { appConfig } from "./nginx-configs.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const SECONDS = Number(process.env["SECONDS"] ?? 2);
const LOADS: readonly LoadName[] = ["1 KiB GET", "16 KiB POST"];
const CONNECTIONS = [4, 64];
/** Of each variant how many tasks there are, and its labels. The first is what the others are compared with. */
const VARIANTS: Readonly<Record<string, readonly [tasks: number, labels: Readonly<Record<string, string>>]>> = {
  "1 task": [1, {}],
  "1 task, again": [1, {}],
  "3 tasks": [3, {}],
  "3 tasks, least-connections": [3, { "dag.strategy": "least-connections" }],
};

void test("instances", { timeout: 3_600_000 }, async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-bench-"));
  chmodSync(dir, 0o755); // root's nginx works as nobody
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const appPorts = await startApp(t, dir);
  const program = process.env["PROGRAM"] ?? buildGateway(t);
  const gateways = await Promise.all(
    Object.values(VARIANTS).map(([tasks, labels]) => startOn(t, program, appPorts.slice(0, tasks), labels)),
  );
  const measure = async (at: number, load: LoadName, connections: number): Promise<number> => {
    const { port, pid } = gateways[at] ?? { port: 0, pid: 0 };
    const before = cpuSeconds(pid);
    const { requests } = await generateLoad({ dir, port, load, connections, seconds: SECONDS });
    return ((cpuSeconds(pid) - before) * 1e6) / requests;
  };
  for (const at of gateways.keys()) for (const load of LOADS) await measure(at, load, 64);
  console.log(`median of ${ROUNDS} rounds of ${SECONDS} s, in turns; load average ${loadavg()[0]?.toFixed(1)}\n`);
  console.log("| load | connections | tasks | CPU µs/request | × 1 task |\n|---|--:|---|--:|--:|");
  for (const load of LOADS) {
    for (const connections of CONNECTIONS) {
      const rounds: number[][] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const costs: number[] = [];
        // A round begins with another variant each time, because what the machine does besides changes with time.
        for (const index of gateways.keys()) {
          const at = (index + round) % gateways.length;
          costs[at] = await measure(at, load, connections);
        }
        rounds.push(costs);
      }
      for (const [at, name] of Object.keys(VARIANTS).entries()) {
        const cost = median(rounds.map((costs) => costs[at] ?? Number.NaN));
        const ratio = median(rounds.map((costs) => (costs[at] ?? Number.NaN) / (costs[0] ?? Number.NaN)));
        console.log(`| ${load} | ${connections} | ${name} | ${cost.toFixed(1)} | ${ratio.toFixed(2)} |`);
      }
    }
  }
});

/** One process that listens at three ports. */
async function startApp(t: TestContext, dir: string): Promise<readonly number[]> {
  const [first, ...others] = [await freePort(), await freePort(), await freePort()];
  for (const [name, bytes] of Object.entries({ "1k": 1024, "64k": 65536 }))
    writeFileSync(path.join(dir, name), "x".repeat(bytes));
  const listen = others.map((port) => `listen 127.0.0.1:${port} backlog=1024;`).join("\n    ");
  const config = appConfig(dir, first).replace(
    "root ",
    `${listen}\n    location = /port { return 200 $server_port; }\n    root `,
  );
  writeFileSync(path.join(dir, "app.conf"), config);
  const [command, ...args] = ["nginx", "-c", path.join(dir, "app.conf"), "-g", "daemon off;"];
  const app = spawn(command, args, { stdio: "inherit" });
  cleanup(t, () => void app.kill());
  return [first, ...others];
}

/** A gateway in front of a service with a task at each of these ports. */
async function startOn(
  t: TestContext,
  program: string,
  ports: readonly number[],
  labels: Readonly<Record<string, string>>,
): Promise<{ readonly port: number; readonly pid: number }> {
  const service = {
    ID: "service",
    Version: { Index: 1 },
    UpdatedAt: "2026-01-01T00:00:00Z",
    Spec: {
      Name: "app",
      Labels: { "dag.enabled": "true", "dag.host": "bench.test", "dag.target_port": "80", ...labels },
      Mode: { Replicated: { Replicas: ports.length } },
      TaskTemplate: { ContainerSpec: { Image: "app:1" } },
    },
  };
  const tasks = ports.map((port, at) => ({
    ID: `task-${at}`,
    ServiceID: service.ID,
    Slot: at + 1,
    NodeID: "node",
    DesiredState: "running",
    Status: {
      State: "running",
      Timestamp: "2026-01-01T00:00:00Z",
      PortStatus: { Ports: [{ Protocol: "tcp", TargetPort: 80, PublishedPort: port, PublishMode: "host" }] },
    },
  }));
  const manager = await startFakeManager(t, {
    "/events": PENDING,
    "/services": [service],
    "/services/app": service,
    "/tasks": tasks,
    "/nodes": [{ ID: "node", Status: { Addr: "127.0.0.1" } }],
  });
  const gateway = await startGateway(t, { program, config: { gateway: { swarm_managers: [manager.host] } } });
  const answering = new Set<string>();
  const isComplete = async (): Promise<boolean> => {
    const { status, text } = await gateway.request({ host: "bench.test", path: "/port" });
    return status === 200 && answering.add(text).size === ports.length;
  };
  await waitUntil(isComplete, 30_000, `answers of ${ports.length} tasks`);
  return gateway;
}
