import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isolate } from "../core/isolate.ts";
import { endWithResponse } from "./end-with-response.ts";

/**
 * Creates the response to a request whose connection node:http has detached, and does what node:http would do. `goOn`
 * is called when the response has ended and the connection stays open; without it the connection ends.
 */
export function createDetachedResponse(req: IncomingMessage, socket: Socket, goOn?: () => void): ServerResponse {
  const res = new ServerResponse(req);
  const onDrain = (): void => void res.emit("drain");
  res.shouldKeepAlive = goOn !== undefined && staysOpen(req);
  res.assignSocket(socket);
  socket.on("drain", onDrain);
  res.on("finish", () =>
    isolate(socket, () => {
      socket.off("drain", onDrain);
      res.detachSocket(socket);
      res.emit("close");
      if (res.shouldKeepAlive) goOn?.();
      else endWithResponse(socket);
    }),
  );
  return res;
}

function staysOpen({ httpVersionMinor, headers }: IncomingMessage): boolean {
  return httpVersionMinor === 1 && !/(?:^|,)\s*close\s*(?:,|$)/iu.test(headers.connection ?? "");
}
