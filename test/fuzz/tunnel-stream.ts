import type { Socket } from "node:net";
import type { TunnelStep } from "./tunnel-plan.ts";
import { elapse } from "../support/real-time.ts";

/** Bytes that contain their own position in the stream, so that a loss or a swap shows. */
export function streamBytes(name: string, from: number, length: number): string {
  let text = "";
  for (let block = Math.floor(from / BLOCK); text.length < length + BLOCK; block += 1) {
    text += `${name}${block.toString(36)}`.padEnd(BLOCK - 1, ".") + "\n";
  }
  return text.slice(from % BLOCK, (from % BLOCK) + length);
}

const BLOCK = 32;

/** Does the steps of one side; `from`: how many bytes of its stream have been sent before. */
export async function speak(socket: Socket, name: string, steps: readonly TunnelStep[], from: number): Promise<void> {
  let at = from;
  for (const step of steps) {
    if (socket.destroyed) return;
    switch (step.do) {
      case "write":
        socket.write(streamBytes(name, at, step.length), "latin1");
        at += step.length;
        break;
      case "pause":
        await elapse(step.ms);
        break;
      case "fin":
        socket.end();
        break;
      case "reset":
        socket.resetAndDestroy();
        break;
    }
  }
}
