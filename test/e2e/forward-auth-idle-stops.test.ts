import assert from "node:assert/strict";
import { describe } from "node:test";
import { WebSocket } from "ws";
import { type FrontApp, startFrontApps } from "../support/front-apps.ts";
import { sendOnce } from "../support/front-clients.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import type { Gateway } from "../support/gateway.ts";
import { onDocker } from "../support/sleeping.ts";
import { elapse } from "../support/real-time.ts";
import { waitUntil } from "../support/wait-until.ts";

/** How many stops are made. As an issue wants it: STOP_ROUNDS=200. */
const STOP_ROUNDS = Number(process.env["STOP_ROUNDS"] ?? 2);
const IDLE_MS = 4_000;
/** Longer than it takes to stop an app that is idle: without auth requests its use is seen 5 s later, and a recall is made first. */
const LONGEST_PAUSE_MS = { nginxCached: IDLE_MS + 9_000, traefikDirect: IDLE_MS + 16_000 };

describe("an app that goes idle again and again under its clients", { concurrency: true }, () => {
  for (const front of ["nginxCached", "traefikDirect"] as const) {
    onDocker(`loses nothing, gets nothing twice and cuts no WebSocket behind ${front}`, async (t, docker) => {
      const specs = [{ name: "app", env: { LOG_IDS: "1" }, keys: { idle_timeout: `${IDLE_MS}ms` } }];
      const setup = await startFrontApps(t, docker, front === "traefikDirect" ? "published" : "address", specs);
      const running = await frontSetups[front](t, setup);
      const [app] = setup.apps;
      if (running === undefined || app === undefined) return;
      if (front === "traefikDirect") await untilRouted(running, app.container.name, true);
      const faults: string[] = [];
      const sent: string[] = [];
      for (let pause = 0; stopsOf(setup.gateway) < STOP_ROUNDS; pause += 1) {
        assert.ok(pause < STOP_ROUNDS * 20, `${pause} pauses, and only ${stopsOf(setup.gateway)} stops`);
        await useIt(running.port, app, { faults, sent, round: pause });
        await elapse(IDLE_MS - 1_000 + Math.random() * (LONGEST_PAUSE_MS[front] - IDLE_MS));
      }
      t.diagnostic(`${stopsOf(setup.gateway)} stops, ${sent.length} requests`);
      assert.deepEqual(faults, []);
      const got = (await app.container.logs()).match(/(?<=got )c\d+-\d+-\d+/gu) ?? [];
      assert.deepEqual(got.toSorted(), sent.toSorted(), "each request arrived exactly once");
    });
  }
});

function stopsOf({ log }: Gateway): number {
  return log.filter(({ event }) => event === "stopped").length;
}

interface Seen {
  readonly faults: string[];
  readonly sent: string[];
  readonly round: number;
}

/** Three clients that send something at once, and a fourth whose WebSocket outlives the moment at which it would be stopped. */
async function useIt(port: number, { host }: FrontApp, { faults, sent, round }: Seen): Promise<void> {
  const send = async (client: number): Promise<void> => {
    for (let count = 0; count < 2; count += 1) {
      const id = `c${client}-${round}-${count}`;
      sent.push(id);
      const fault = await sendOnce(port, host, id, client === 0);
      if (fault !== undefined) faults.push(`${id}: ${fault}`);
      await elapse(Math.random() * 500);
    }
  };
  const opensSocket = round % 3 === 0;
  await Promise.all([send(0), send(1), send(2), ...(opensSocket ? [talk(port, host, faults)] : [])]);
}

/** Says something twice a second, and hears it back. */
async function talk(port: number, host: string, faults: string[]): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { host } });
  let isOver = false;
  let heard = 0;
  socket.on("message", () => (heard += 1));
  socket.on("error", (error) => faults.push(`WebSocket: ${String(error)}`));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(() => isOver || faults.push("the WebSocket was cut"));
  await new Promise((resolve) => socket.once("open", resolve).once("close", resolve));
  const beganMs = performance.now();
  let said = 0;
  for (; performance.now() - beganMs < IDLE_MS * 2 && socket.readyState === WebSocket.OPEN; said += 1) {
    socket.send(`${said}`);
    await elapse(500);
  }
  await waitUntil(() => heard >= said || socket.readyState !== WebSocket.OPEN).catch(() => undefined);
  if (heard < said) faults.push(`the WebSocket heard ${heard} of ${said} answers`);
  isOver = true;
  socket.close();
  await closed;
}
