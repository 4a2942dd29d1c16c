import { connect } from "node:net";
import { reportResets } from "../../src/http1/node-internals.ts";

/** One thing that a client does; they come one after the other. */
export type Step =
  | { readonly do: "write"; readonly bytes: string }
  | { readonly do: "pause"; readonly ms: number }
  /** Goes on when so many bytes have been received, at the connection's end, or after `ms`. */
  | { readonly do: "receive"; readonly bytes: number; readonly ms: number }
  | { readonly do: "fin" }
  | { readonly do: "reset" };

/** What a client received, one character a byte, and how its connection ended. */
export interface Received {
  readonly text: string;
  readonly end: "fin" | "reset" | "own reset" | "hang" | "refused";
}

export interface ClientOrder {
  readonly port: number;
  /** An address of the loopback network, by which the gateway tells clients apart. */
  readonly from: string;
  readonly steps: readonly Step[];
  /** Whether what has been received is all that is to come; the client then closes its side. */
  readonly isAll: (text: string) => boolean;
}

/** How long a connection without open requests may be silent. */
export const HANG_MS = 5_000;

/** Runs a client's steps and resolves when its connection has ended, or hangs. */
export function runClient({ port, from, steps, isAll }: ClientOrder): Promise<Received> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: from, allowHalfOpen: true, noDelay: true });
    reportResets(socket);
    const waiting = new Set<() => void>();
    let text = "";
    let isSent = false;
    let end: Received["end"] | undefined;
    let late: NodeJS.Timeout | undefined;

    const finish = (how: Received["end"]): void => {
      end ??= how;
      clearTimeout(late);
      for (const wake of waiting) wake();
      socket.destroy();
      resolve({ text, end });
    };
    const hurry = (): void => {
      clearTimeout(late);
      late = setTimeout(finish, HANG_MS, "hang");
    };
    const closeWhenAll = (): void => {
      if (isSent && isAll(text)) socket.end();
    };
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (isSent) hurry();
      for (const wake of waiting) wake();
      closeWhenAll();
    });
    socket.on("end", () => {
      socket.end();
      finish("fin");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => finish(error.syscall === "connect" ? "refused" : "reset"));
    socket.on("close", () => finish("reset"));

    const waitFor = (passes: () => boolean, ms: number): Promise<void> =>
      new Promise((done) => {
        const settle = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
          done();
        };
        const look = (): void => {
          if (end !== undefined || passes()) settle();
        };
        const timer = setTimeout(settle, ms);
        waiting.add(look);
        look();
      });

    const run = async (): Promise<void> => {
      for (const step of steps) {
        if (end !== undefined) return;
        if (step.do === "write") socket.write(step.bytes, "latin1");
        else if (step.do === "pause") await waitFor(() => false, step.ms);
        else if (step.do === "receive") await waitFor(() => text.length >= step.bytes, step.ms);
        else if (step.do === "fin") socket.end();
        else {
          socket.resetAndDestroy();
          finish("own reset");
        }
      }
      isSent = true;
      hurry();
      closeWhenAll();
    };
    socket.on("connect", () => void run());
  });
}
