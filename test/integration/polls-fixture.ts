import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import type { Presence } from "../../src/forward-auth/takes-connections.ts";
import { createTraefikPolls } from "../../src/forward-auth/traefik-polls.ts";
import { cleanup } from "../support/cleanup.ts";
import { delivered } from "../support/delivered.ts";
import { createManualClock } from "./manual-clock.ts";

export const SETTLE_MS = 3_000;
export const MINUTE_MS = 60_000;

export interface Connection {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/** After the first minute of the gateway. */
export async function openLater(t: TestContext, answer: Presence) {
  const fixture = open(t, answer);
  await fixture.clock.advance(MINUTE_MS + 1_000);
  return fixture;
}

export function open(t: TestContext, answer: Presence = "alive") {
  const clock = createManualClock();
  const polls = createTraefikPolls({ clock, takesConnections: () => Promise.resolve(answer) });
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  cleanup(t, () => void server.close());

  /** A connection of a Traefik, on our side and on its own; a frozen one does not close it when we do. */
  async function accept(isFrozen = false): Promise<Connection> {
    if (!server.listening) await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const theirs = connect({ port, host: "127.0.0.1", allowHalfOpen: isFrozen });
    const [ours] = (await once(server, "connection")) as [Socket];
    for (const socket of [ours, theirs]) {
      socket.resume();
      socket.on("error", () => undefined);
      cleanup(t, () => void socket.destroy());
    }
    return { ours, theirs };
  }
  /** Returns how far a recall is then, which has begun just now by default. */
  async function sleep(ms: number, sinceMs?: number) {
    for (let left = ms; left > 0; left -= 5_000) {
      await delivered();
      await clock.advance(Math.min(5_000, left));
      polls.progress(sinceMs ?? clock.now() - 1, SETTLE_MS);
    }
    await delivered();
    return polls.progress(sinceMs ?? clock.now() - 1, SETTLE_MS);
  }
  return { clock, polls, accept, sleep, startMs: clock.now() };
}
