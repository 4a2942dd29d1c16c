import assert from "node:assert/strict";
import { describe, type TestContext } from "node:test";
import { startGateway } from "../support/gateway.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const BROWSER = { accept: "text/html", "user-agent": "Mozilla/5.0", "sec-fetch-mode": "navigate" };

/** After somebody's stop nothing is started for 10 s: only then does it show that nothing is started at all. */
const LONGER_THAN_A_TRUCE_MS = 11_000;

describe("an app that was suspended", () => {
  onDocker("is stopped by a suspension, which says so to visitors, survives a restart and ends", async (t, docker) => {
    const sleeping = await startSleeping(t, docker, { gateway: { schedule_timezone: "Asia/Kolkata" } });
    const { app, host } = sleeping;
    let { gateway } = sleeping;
    assert.equal((await gateway.request({ host })).status, 200);
    const path = `/_status/suspend?container=${app.name}&for=`;
    assert.equal((await gateway.request({ method: "POST", path })).status, 400, "a suspension always has an end");
    const origin = { origin: "http://evil.test" };
    assert.equal((await gateway.request({ method: "POST", path: `${path}1h`, headers: origin })).status, 403);
    assert.equal((await gateway.request({ method: "POST", path: `${path}1h` })).status, 202);
    await waitUntil(async () => !(await app.isRunning()));

    await gateway.stop();
    gateway = await gateway.restart();
    const problem = await gateway.request({ host });
    assert.deepEqual([problem.status, problem.json().code], [503, "suspended"]);
    assert.ok(Number(problem.headers["retry-after"]) > 3_500);
    const page = await gateway.request({ host, headers: { ...BROWSER, "accept-language": "it" } });
    assert.deepEqual([page.status, page.headers["refresh"]?.toString().startsWith("5")], [503, true]);
    assert.match(page.text, /Qualcuno ha spento l’app/u);
    const end = /<time datetime="([^"]+)">[^<]*?(\d\d:\d\d)/u.exec(page.text);
    assert.equal(end?.[2], timeIn("Asia/Kolkata", end?.[1]), "its end is in schedule_timezone");
    assert.equal(await app.isRunning(), false);

    assert.equal((await gateway.request({ method: "POST", path: `${path}2s` })).status, 202);
    await gateway.waitForLog(({ event }) => event === "resumed");
    assert.equal((await gateway.request({ host })).status, 200);
  });

  onDocker("stays stopped after a stop from outside, with wake_after_stop", async (t, docker) => {
    const host = "stopped.suspend.test";
    const labels = { "dag.enabled": "true", "dag.host": host, "dag.wake_after_stop": "started" };
    const app = await docker.createContainer({ labels, start: false });
    const gateway = await startGateway(t, { dockerHost: docker.host });
    assert.equal((await gateway.request({ host })).status, 200);
    const polls = poll(t, () => gateway.request({ host }).then(({ status }) => status));
    await app.stop();
    await gateway.waitForLog(({ event, container }) => event === "ended" && container === app.name);
    const stoppedMs = performance.now();
    await waitUntil(() => performance.now() - stoppedMs > LONGER_THAN_A_TRUCE_MS, 15_000);
    assert.deepEqual(new Set(polls.slice(-50)), new Set([503]));
    const problem = await gateway.request({ host });
    assert.equal(problem.json().code, "suspended");
    assert.match(problem.json().detail, /somebody starts it/u);
    assert.match((await gateway.request({ host, headers: BROWSER })).text, /until somebody starts it again/u);
    assert.equal(await app.isRunning(), false);
    await app.start();
    await waitUntil(async () => (await gateway.request({ host })).status === 200);
  });
});

function timeIn(timeZone: string, iso = ""): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(Date.parse(iso));
}

/** Asks again and again until the test ends; the answers so far. */
function poll(t: TestContext, ask: () => Promise<number>): readonly number[] {
  const answers: number[] = [];
  let isEnded = false;
  t.after(() => void (isEnded = true));
  const next = async (): Promise<void> => {
    while (!isEnded) answers.push(await ask().catch(() => 0));
  };
  void next();
  return answers;
}
