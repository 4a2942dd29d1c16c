import { connect, type Socket } from "node:net";
import { HANG_MS } from "./client.ts";
import { excerpt } from "./escape.ts";
import type { Fault } from "./exchange-run.ts";
import type { AppConnection } from "./strict-app.ts";
import { toldBy, type TunnelPlan } from "./tunnel-plan.ts";
import { speak, streamBytes } from "./tunnel-stream.ts";

/** What one end of a tunnel has received, and how its connection ended. */
interface End {
  text: string;
  end: "open" | "fin" | "reset";
}

/** One tunnel in progress. */
export interface TunnelRun {
  /** What the app does once it has read the request. */
  agree(connection: AppConnection): void;
  /** Resolves when both ends are closed, with the first broken rule. */
  readonly over: Promise<Fault | undefined>;
}

export function runTunnel(plan: TunnelPlan, id: string, port: number): TunnelRun {
  const head = `GET /${id} HTTP/1.1\r\nHost: app.local\r\nX-Fuzz-Id: ${id}\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
  const atClient: End = { text: "", end: "open" };
  const atApp: End = { text: "", end: "open" };
  const { promise: over, resolve } = Promise.withResolvers<Fault | undefined>();
  const sockets: Socket[] = [];
  let open = 0;
  let late: NodeJS.Timeout | undefined;

  function settle(isHanging: boolean): void {
    clearTimeout(late);
    for (const socket of sockets) socket.destroy();
    resolve(judgeTunnel(plan, id, { atClient, atApp, isAgreed: sockets.length > 1, isHanging }));
  }

  function follow(socket: Socket, to: End): void {
    sockets.push(socket);
    open += 1;
    socket.on("data", (chunk: Buffer) => {
      to.text += chunk.toString("latin1");
      hurry();
    });
    socket.on("end", () => (to.end = "fin"));
    socket.on("error", () => (to.end = "reset"));
    socket.on("close", () => {
      if (to.end === "open") to.end = "reset";
      open -= 1;
      if (open === 0) settle(false);
    });
  }

  function hurry(): void {
    clearTimeout(late);
    late = setTimeout(settle, HANG_MS, true);
  }

  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  follow(client, atClient);
  hurry();
  client.write(head + streamBytes("c", 0, plan.clientEarly), "latin1");
  const begin = (): void => void speak(client, "c", plan.client, plan.clientEarly);
  if (plan.isHasty) begin();
  else client.once("data", begin);

  return {
    over,
    agree(connection) {
      connection.takeOver = () => {};
      follow(connection.socket, atApp);
      setTimeout(() => {
        if (connection.socket.destroyed) return;
        const early = streamBytes("a", 0, plan.appEarly);
        connection.socket.write(`HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n${early}`, "latin1");
        void speak(connection.socket, "a", plan.app, plan.appEarly);
      }, plan.agreeMs);
    },
  };
}

function judgeTunnel(
  plan: TunnelPlan,
  id: string,
  { atClient, atApp, isAgreed, isHanging }: { atClient: End; atApp: End; isAgreed: boolean; isHanging: boolean },
): Fault | undefined {
  const client = toldBy(plan.clientEarly, plan.client);
  const app = toldBy(plan.appEarly, plan.app);
  const state = `${id}: client ${atClient.end} after ${atClient.text.length}, app ${atApp.end} after ${atApp.text.length}`;
  const fault = (rule: string, text = ""): Fault => ({ rule, detail: `${state} ${excerpt(text)}` });
  if (isHanging) return fault("a tunnel hangs", atClient.text.slice(0, 200));
  const headEnd = atClient.text.indexOf("\r\n\r\n") + 4;
  const received = headEnd === 3 ? "" : atClient.text.slice(headEnd);
  const isQuiet = !plan.isHasty && !client.isReset && !app.isReset;
  if (isQuiet && !isAgreed) return fault("the app did not get an upgrade", atClient.text);
  if (headEnd > 3 && !atClient.text.startsWith("HTTP/1.1 101 ")) {
    return isQuiet ? fault("an upgrade that the app grants is not granted", atClient.text) : undefined;
  }
  if (received !== streamBytes("a", 0, received.length)) return fault("the client received other bytes", received);
  if (atApp.text !== streamBytes("c", 0, atApp.text.length)) return fault("the app received other bytes", atApp.text);
  if (!isQuiet) return undefined;
  if (received.length !== app.bytes) return fault("the client received fewer bytes than the app sent");
  if (atApp.text.length !== client.bytes) return fault("the app received fewer bytes than the client sent");
  if (atClient.end !== "fin" || atApp.end !== "fin") return fault("an end became a reset");
  return undefined;
}
