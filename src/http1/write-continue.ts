import type { ServerResponse } from "node:http";
import { isolate } from "../core/isolate.ts";
import { atItsTurn } from "./node-internals.ts";

/** Tells a client to send its body, in turn: node:http would write the 100 into the response of an earlier request. */
export function writeContinue(res: ServerResponse): void {
  if (res.headersSent) return;
  if (res.socket !== null) {
    res.writeContinue();
    return;
  }
  atItsTurn(res, (socket, proceed) =>
    isolate(socket, () => {
      if (!res.headersSent && !res.destroyed) socket.write("HTTP/1.1 100 Continue\r\n\r\n", "latin1");
      proceed();
    }),
  );
}
