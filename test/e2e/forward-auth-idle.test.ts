import assert from "node:assert/strict";
import { describe } from "node:test";
import { get } from "node:http";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { type FrontApp, startFrontApps, stopBeganMs } from "../support/front-apps.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import type { Gateway } from "../support/gateway.ts";
import { openRequest, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

/** The idle timeout, and how long the traffic through the front proxy lasts: longer. */
const ASKED = { idleMs: 4_000, busyMs: 10_000, slackMs: 0 };
/** Without auth requests only the counters show use, and they are read every 5 s. */
const DIRECT = { idleMs: 10_000, busyMs: 20_000, slackMs: 5_000 };
/** A reading a second, which takes Docker before 23 another one, and the stop itself. */
const TRICKLE_MS = 2_500;
/** Traffic after the last reading is not seen if the connection has ended by the next one. */
const ONE_READING_MS = 2_500;
const LATE_MS = 4_500;

type Way = typeof ASKED & {
  readonly gateway: Gateway;
  readonly port: number;
  readonly app: FrontApp;
  /** Resolves when the front proxy sends an auth request before each request, or does not. */
  readonly untilAsked: (app: FrontApp, isAsked: boolean) => Promise<void> | undefined;
};

describe(
  "traffic through a front proxy keeps an app awake, and after its end it sleeps on time",
  { concurrency: 2 },
  () => {
    for (const front of ["traefik", "caddy", "nginx", "nginxCached", "traefikDirect"] as const) {
      onDocker(`behind ${front}`, async (t, docker) => {
        const names = Object.keys(USES);
        const isDirect = front === "traefikDirect";
        const times = isDirect ? DIRECT : ASKED;
        const keys = { idle_timeout: `${times.idleMs}ms` };
        const specs = names.map((_, index) => ({ name: `use${index}`, keys }));
        const setup = await startFrontApps(t, docker, isDirect ? "published" : "address", specs);
        const running = await frontSetups[front](t, setup);
        if (running === undefined) return;
        const untilAsked = (app: FrontApp, isAsked: boolean): Promise<void> | undefined =>
          isDirect ? untilRouted(running, app.container.name, isAsked) : undefined;
        const outcomes = await Promise.all(
          Object.values(USES).map(async (use, index) => {
            const app = setup.apps[index];
            if (app === undefined) return "no app";
            const way = { gateway: setup.gateway, port: running.port, app, untilAsked, ...times };
            return outcome(way, use).catch(String);
          }),
        );
        assert.deepEqual(Object.fromEntries(names.map((name, index) => [name, outcomes[index]])), EXPECTED);
      });
    }
  },
);

interface Use {
  /** Goes on for `busyMs`; rejects when it is cut. */
  readonly use: (way: Way) => Promise<void>;
  readonly keeps: boolean;
  /** What was seen of it last is older than its end: nginx keeps downloads on disk, and a trickle is silent in between. */
  readonly endsEarly?: boolean;
  /** After a stream the smallest sign of life counts, and the front's idle connections give one every 15 s. */
  readonly isStream?: boolean;
}

const USES: Readonly<Record<string, Use>> = {
  "a slow download": { use: download, keeps: true, endsEarly: true },
  "a slow upload": { use: upload, keeps: true },
  "a WebSocket with pings": { use: pings, keeps: true, isStream: true },
  "an event stream": { use: events, keeps: true, isStream: true },
  "a few bytes of an unannounced stream now and then": { use: trickle, keeps: true, endsEarly: true },
  "a few bytes of an upgrade that is no WebSocket": { use: tunnel, keeps: true, endsEarly: true },
  "a TCP health check past the front": { use: probes, keeps: false },
};

const EXPECTED = Object.fromEntries(
  Object.entries(USES).map(([name, { keeps }]) => [name, keeps ? "kept, then stopped on time" : "stopped on time"]),
);

async function outcome(way: Way, { use, keeps, endsEarly = false, isStream = false }: Use): Promise<string> {
  const { gateway, port, app, slackMs, idleMs } = way;
  await way.untilAsked(app, true);
  const first = await request({ port, host: app.host });
  if (first.status !== 200) return `the first answer was ${first.status}`;
  const answeredMs = Date.now();
  await way.untilAsked(app, false);
  const using = use(way);
  if (keeps) await using;
  const fromMs = keeps ? Date.now() : answeredMs;
  await waitUntil(async () => !(await app.container.isRunning()), idleMs + 20_000, "the stop");
  const tookMs = (await stopBeganMs(gateway, app.container.name)) - fromMs;
  await using;
  if (!endsEarly && tookMs < idleMs - ONE_READING_MS) return `it was stopped after ${Math.round(tookMs)} ms`;
  if (tookMs > idleMs + LATE_MS + slackMs + (isStream ? idleMs : 0))
    return `it was stopped only after ${Math.round(tookMs)} ms`;
  return keeps ? "kept, then stopped on time" : "stopped on time";
}

async function download({ port, app, busyMs }: Way): Promise<void> {
  const bytes = 120_000_000;
  const message = await openRequest({ port, host: app.host, path: `/big?bytes=${bytes}` });
  const beganMs = performance.now();
  let got = 0;
  for await (const chunk of message) {
    got += (chunk as Buffer).length;
    const aheadMs = (got / bytes) * busyMs - (performance.now() - beganMs);
    if (aheadMs > 20) await elapse(aheadMs);
  }
  assert.equal(got, bytes);
}

async function upload({ port, app, busyMs }: Way): Promise<void> {
  const { Readable } = await import("node:stream");
  const steps = busyMs / 100;
  const body = Readable.from(
    (async function* slices() {
      for (let step = 0; step < steps; step += 1) {
        yield Buffer.alloc(200_000);
        await elapse(100);
      }
    })(),
  );
  const answer = await request({ port, host: app.host, path: "/echo", method: "POST", body });
  assert.equal(answer.json().bytes, steps * 200_000, answer.text);
}

async function pings({ port, app, busyMs }: Way): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { host: app.host } });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  for (const beganMs = performance.now(); performance.now() - beganMs < busyMs;) {
    socket.ping();
    await elapse(500);
    assert.equal(socket.readyState, WebSocket.OPEN, "it was closed");
  }
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await closed;
}

async function events({ port, app, busyMs }: Way): Promise<void> {
  const count = Math.round(busyMs / 1_000);
  const headers = { accept: "text/event-stream" };
  const message = await openRequest({ port, host: app.host, path: `/sse?ms=1000&n=${count}`, headers });
  let got = "";
  for await (const chunk of message) got += String(chunk);
  assert.equal(got.split("data:").length - 1, count);
}

/** As ntfy's `/json`: nothing in the request shows that its response will not end. */
async function trickle({ port, app, busyMs }: Way): Promise<void> {
  const count = Math.round(busyMs / TRICKLE_MS);
  const message = await openRequest({ port, host: app.host, path: `/lines?ms=${TRICKLE_MS}&n=${count}` });
  let got = "";
  for await (const chunk of message) got += String(chunk);
  assert.equal(got.split("\n").length - 1, count);
}

function tunnel({ port, app, busyMs }: Way): Promise<void> {
  const headers = { host: app.host, connection: "upgrade", upgrade: "raw" };
  return new Promise((resolve, reject) => {
    const asked = get({ port, path: `/tunnel?ms=${TRICKLE_MS}`, headers, agent: false }).on("error", reject);
    asked.on("response", ({ statusCode }) => reject(new Error(`it was answered ${statusCode}`)));
    asked.on("upgrade", (_message, socket) => {
      const over = setTimeout(() => resolve(void socket.destroy()), busyMs);
      socket.on("error", reject).on("close", () => {
        clearTimeout(over);
        reject(new Error("it was cut"));
      });
      socket.resume();
    });
  });
}

/** A monitor that knows the app's address connects once a second. */
async function probes({ app, busyMs }: Way): Promise<void> {
  const [host = "", port] = app.upstream.split(":");
  for (const beganMs = performance.now(); performance.now() - beganMs < busyMs;) {
    const socket = connect(Number(port), host);
    socket
      .on("connect", () => socket.end())
      .on("error", () => undefined)
      .resume();
    await elapse(1_000);
    socket.destroy();
  }
}
