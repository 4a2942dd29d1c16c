/**
 * What a request to a ready app costs in the gateway, in nginx and in the plainest Node proxy: CPU time and throughput,
 * the same app, the same load, in turns. `npm run bench -- ready`, or with e.g. `ROUNDS=5 SECONDS=5` before it.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { cpuSeconds } from "./cpu-seconds.ts";
import { generateLoad, LOADS, type LoadName, loadTool } from "./load.ts";
import { median } from "./median.ts";
import { startRivals, type Rival } from "./rivals.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const SECONDS = Number(process.env["SECONDS"] ?? 3);
/** Few connections: what a request costs while there is time. Many: what it costs, and how many there are, when there is none. */
const CONNECTIONS = [4, 64] as const;

interface Sample {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

const dir = mkdtempSync(path.join(tmpdir(), "dag-bench-"));
chmodSync(dir, 0o755); // root's nginx works as nobody
const samples = new Map<string, Sample[]>();
const rivals = await startRivals(dir);
try {
  console.log(facts());
  for (const rival of rivals.all) for (const load of LOADS) await measure(rival, load, 64, Math.max(2, SECONDS));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const load of LOADS) {
      for (const connections of CONNECTIONS) {
        for (const rival of rivals.all) {
          const key = `${rival.name} ${load} ${connections}`;
          samples.set(key, [...(samples.get(key) ?? []), await measure(rival, load, connections, SECONDS)]);
        }
      }
    }
  }
  console.log(table(rivals.all));
} finally {
  await rivals.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function measure(rival: Rival, load: LoadName, connections: number, seconds: number): Promise<Sample> {
  const before = cpuSeconds(rival.pid);
  const { requests, elapsed } = await generateLoad({ dir, port: rival.port, load, connections, seconds });
  const spent = cpuSeconds(rival.pid) - before;
  return { cpuMicros: (spent * 1e6) / requests, perSecond: requests / elapsed };
}

function table(all: readonly Rival[]): string {
  const [few, many] = CONNECTIONS;
  const rows = [
    `| load | proxy | CPU µs/request, ${few} connections | × nginx | CPU µs/request, ${many} connections | × nginx | requests/s, ${many} connections | × nginx |`,
    "|---|---|--:|--:|--:|--:|--:|--:|",
  ];
  for (const load of LOADS) {
    for (const { name } of all) {
      const cells = [
        ...withRatio(name, load, few, { read: ({ cpuMicros }) => cpuMicros, digits: 1 }),
        ...withRatio(name, load, many, { read: ({ cpuMicros }) => cpuMicros, digits: 1 }),
        ...withRatio(name, load, many, { read: ({ perSecond }) => perSecond, digits: 0 }),
      ];
      rows.push(`| ${load} | ${name} | ${cells.join(" | ")} |`);
    }
  }
  return rows.join("\n");
}

function withRatio(
  name: string,
  load: LoadName,
  connections: number,
  { read, digits }: { readonly read: (sample: Sample) => number; readonly digits: number },
): readonly [string, string] {
  const of = (rival: string): number => median((samples.get(`${rival} ${load} ${connections}`) ?? []).map(read));
  return [of(name).toFixed(digits), (of(name) / of("nginx")).toFixed(2)];
}

function facts(): string {
  const nginx = execFileSync("sh", ["-c", "nginx -v 2>&1"]).toString().trim().replace(/^.*\//u, "");
  const [load = 0] = loadavg();
  return [
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} CPUs, Node ${process.versions.node}, nginx ${nginx}, load by ${loadTool()}`,
    `median of ${ROUNDS} rounds of ${SECONDS} s, in turns`,
    ...(load > 1 ? [`NOTE: the machine was not idle (load ${load.toFixed(1)}): figures are as good as that`] : []),
    "",
  ].join("\n");
}
