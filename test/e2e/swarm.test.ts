import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, type TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { uniqueName } from "../support/docker.ts";
import { shareSwarm } from "../support/swarm-bed.ts";
import {
  createService,
  faultsOf,
  hostOf,
  inspect,
  inspectExactly,
  openGateway,
  openRequests,
  roll,
  scale,
  startLoad,
  stateOf,
  swarmRule,
  untilAllRun,
  untilAsleep,
  update,
} from "../support/swarm-services.ts";
import { everything } from "../support/swarm-everything.ts";
import { waitUntil } from "../support/wait-until.ts";

const rule = swarmRule(shareSwarm(3, 3));
/** 200 before a release. */
const ROUNDS = Number(process.env["DAG_SWARM_ROUNDS"] ?? 4);

describe("a swarm of three nodes", { concurrency: false }, () => {
  rule("a service of three goes to 0 and back to three, though the gateway is killed in between", async (bed, t) => {
    const name = await createService(t, bed, { idle: "2s", ...(await everything(t, bed)) });
    const before = await inspectExactly(bed, name);
    const gateway = await openGateway(t, bed);
    await untilAsleep(bed, name);
    assert.equal((await inspect(bed, name)).Spec.Labels["dag.replicas"], "3");
    await gateway.stop("SIGKILL");
    const next = await gateway.restart();
    assert.equal((await next.request({ host: hostOf(name) })).status, 200);
    await untilAllRun(bed, next, name, 3);
    const after = await inspectExactly(bed, name);
    const { "dag.replicas": kept, ...labels } = after.Spec.Labels;
    assert.equal(kept, "3");
    assert.equal(
      JSON.stringify({ ...after.Spec, Labels: labels }),
      JSON.stringify(before.Spec),
      "nothing else is written",
    );
  });

  rule("in rounds of sleep and wake no request is lost, cut or delivered twice", async (bed, t) => {
    const record = path.join(scratch(t), "record");
    writeFileSync(record, "");
    chmodSync(record, 0o666);
    const binds = [`${path.dirname(record)}:/record`];
    const name = await createService(t, bed, { idle: "1s", env: ["RECORD=/record/record"], binds });
    const gateway = await openGateway(t, bed);
    const sent: string[] = [];
    const waitedMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await untilAsleep(bed, name);
      const posts = Array.from({ length: 8 }, async (_, client) => {
        const id = `r${round}-c${client}`;
        sent.push(id);
        const body = `${id} `.repeat(1_000);
        const headers = { "x-request-id": id };
        const begun = performance.now();
        const answer = await gateway.request({ host: hostOf(name), method: "POST", path: "/echo", headers, body });
        waitedMs.push(Math.round(performance.now() - begun));
        assert.equal(answer.status, 200, id);
        assert.equal(answer.json().bytes, body.length, `all of ${id} has arrived`);
      });
      await Promise.all(posts);
    }
    assert.deepEqual(readFileSync(record, "utf8").trim().split("\n").toSorted(), sent.toSorted());
    waitedMs.sort((one, other) => one - other);
    const [median, slowest] = [waitedMs[Math.floor(waitedMs.length / 2)], waitedMs.at(-1)];
    t.diagnostic(`${sent.length} requests; from request to response: median ${median} ms, slowest ${slowest} ms`);
  });

  rule("a service is woken to the number of replicas that it was last scaled to by hand", async (bed, t) => {
    const name = await createService(t, bed, { idle: "3s" });
    const gateway = await openGateway(t, bed);
    assert.equal((await gateway.request({ host: hostOf(name) })).status, 200);
    await scale(bed, name, 2);
    await untilAsleep(bed, name);
    assert.equal((await inspect(bed, name)).Spec.Labels["dag.replicas"], "2");
    // A slow machine takes longer than that idle time until a task answers.
    await update(bed, name, (spec) => ({
      ...spec,
      Labels: { ...spec.Labels, "dag.idle_timeout": "5m" },
      Mode: { Replicated: { Replicas: 1 } },
    }));
    await waitUntil(
      async () => (await stateOf(gateway, name)) === "ready",
      20_000,
      "a start by somebody else is followed",
    );
    await scale(bed, name, 0);
    await waitUntil(async () => (await stateOf(gateway, name)) === "asleep", 40_000, "as is a stop");
    assert.equal((await gateway.request({ host: hostOf(name) })).status, 200);
    assert.equal((await inspect(bed, name)).Spec.Mode.Replicated.Replicas, 1);
  });

  rule("a wake succeeds while fifty other updates are written, and they succeed too", async (bed, t) => {
    const name = await createService(t, bed, { idle: "2s" });
    const gateway = await openGateway(t, bed);
    await untilAsleep(bed, name);
    const others = Array.from({ length: 50 }, (_, at) =>
      update(bed, name, (spec) => ({ ...spec, Labels: { ...spec.Labels, [`touched-${at}`]: "yes" } })),
    );
    const answer = await gateway.request({ host: hostOf(name) });
    await Promise.all(others);
    assert.equal(answer.status, 200);
    const { Spec } = await inspect(bed, name);
    assert.equal(Object.keys(Spec.Labels).filter((label) => label.startsWith("touched")).length, 50);
    await untilAllRun(bed, gateway, name, 3);
    assert.deepEqual(faultsOf(gateway), []);
  });

  rule("a rolling update of an awake service loses no request, and is left to itself", async (bed, t) => {
    const name = await createService(t, bed, { idle: "2s" });
    const gateway = await openGateway(t, bed);
    await untilAllRun(bed, gateway, name, 3);
    const load = startLoad(gateway, name);
    await roll(bed, name);
    const settled = await waitUntil(
      async () => {
        const { UpdateStatus, Version } = await inspect(bed, name);
        return UpdateStatus?.State === "completed" && Version.Index;
      },
      60_000,
      "the end of the update",
    );
    await gateway.request({ host: hostOf(name) });
    assert.deepEqual(await load.end(), []);
    const { Version, UpdateStatus } = await inspect(bed, name);
    assert.deepEqual([Version.Index, UpdateStatus?.State], [settled, "completed"], "nobody else has written");
    const ready = gateway.log.filter(({ event, container }) => event === "ready" && container === name);
    assert.equal(ready.length, 1, "it was the same run all the time");
  });

  rule("requests go to the tasks in turn, to the one with the fewest open ones, or by a cookie", async (bed, t) => {
    const byTurn = await createService(t, bed);
    const byLoad = await createService(t, bed, { labels: { "dag.strategy": "least-connections" } });
    const byCookie = await createService(t, bed, { labels: { "dag.sticky": "task", "dag.min_ready": "3" } });
    const gateway = await openGateway(t, bed);
    for (const name of [byTurn, byLoad, byCookie]) await untilAllRun(bed, gateway, name, 3);
    const taskOf = async (name: string, headers = {}): Promise<string> =>
      String((await gateway.request({ host: hostOf(name), path: "/count", headers })).json().began);
    const all = async (name: string): Promise<number> =>
      new Set(await Promise.all(Array.from({ length: 9 }, () => taskOf(name)))).size;
    await waitUntil(async () => (await all(byTurn)) === 3, 15_000, "answers of all tasks");
    await waitUntil(async () => (await all(byLoad)) === 3, 15_000, "answers of all tasks");

    const slow = [1, 2].map(() => gateway.request({ host: hostOf(byLoad), path: "/slow?ms=4000" }));
    await waitUntil(async () => (await openRequests(gateway, byLoad)) === 2, 5_000, "two slow requests");
    const free = new Set<string>();
    for (let count = 0; count < 6; count += 1) free.add(await taskOf(byLoad));
    assert.equal(free.size, 1, "two tasks are busy");
    await Promise.all(slow);

    const first = await gateway.request({ host: hostOf(byCookie), path: "/count" });
    const cookie = String(first.headers["set-cookie"]).split(";")[0] ?? "";
    assert.match(cookie, /^task=/);
    for (let count = 0; count < 6; count += 1)
      assert.equal(await taskOf(byCookie, { cookie }), String(first.json().began));
  });

  rule("the reason why no task starts is reported, with the output of the task", async (bed, t) => {
    const crashing = await createService(t, bed, { replicas: 0, env: ["EXIT_AFTER_MS=1", "EXIT_CODE=3"] });
    const constraints = ["node.labels.moon==yes"];
    const nowhere = await createService(t, bed, { replicas: 0, constraints, labels: { "dag.start_timeout": "15s" } });
    const image = `nowhere.invalid/${uniqueName("image")}:1`;
    const missing = await createService(t, bed, { replicas: 0, container: { Image: image } });
    const gateway = await openGateway(t, bed);
    const page = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    for (const [name, reason, says] of [
      [crashing, "exited", /exit code 3/],
      [nowhere, "unschedulable", /no suitable node/],
      [missing, "image", /No such image/i],
    ] as const) {
      const answer = await gateway.request({ host: hostOf(name) });
      assert.equal(answer.status >= 500, true);
      assert.equal(answer.json().reason, reason);
      assert.match(answer.text, says);
      const shown = await gateway.request({ host: hostOf(name), headers: page });
      assert.match(shown.text, says, "on the page");
      if (name === crashing) assert.match(shown.text, /app is starting/, "what the task has written");
    }
  });

  rule("a service without a number of replicas is left alone, and this is reported", async (bed, t) => {
    const everywhere = await createService(t, bed, { more: { Mode: { Global: {} } } });
    const gateway = await openGateway(t, bed);
    const { unrouted } = (await gateway.request({ path: "/_status/api" })).json();
    assert.match(JSON.stringify(unrouted), new RegExp(`"name":"${everywhere}".*cannot be scaled`));
    assert.equal((await gateway.request({ host: hostOf(everywhere) })).status, 404);
  });
});

function scratch(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-swarm-record-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
