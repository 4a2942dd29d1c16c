import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import type { OpenResponses } from "./open-responses.ts";
import { bodyFraming } from "./request-head.ts";
import { probeUpgradeBodies } from "./node-internals.ts";
import { respondWithBody } from "./upgrade-body.ts";
import { dropH2c, headWithoutUpgrade } from "./upgrade-fields.ts";

/** Handles an upgrade; `head` is what came behind the request. */
export type OnUpgrade = (req: IncomingMessage, socket: Socket, head: Buffer) => void;

/**
 * Takes the upgrades off a server; returns the connections that were upgraded, or are about to be. RFC 9110 §7.8: an Upgrade
 * may be ignored. One with a body, behind an answer that is not over, or to HTTP/2 in the clear (h2c) is answered as the
 * simple request that it also is, and the connection goes on with all that came behind it. node:http itself would drop those bytes, or knows no way to ignore
 * an upgrade (before Node 24.9): so it is made to detach every such connection.
 */
export function takeUpgrades(server: Server, answers: OpenResponses, onUpgrade: OnUpgrade): ReadonlySet<Duplex> {
  const upgraded = new Set<Duplex>();
  const readsBodies = probeUpgradeBodies();
  const forget = function (this: Duplex): void {
    upgraded.delete(this);
  };

  function readOn(socket: Socket, bytes: Buffer): void {
    upgraded.delete(socket);
    if (bytes.length > 0) socket.unshift(bytes);
    socket.setTimeout(0); // node:http's own, for an idle connection
    server.emit("connection", socket);
    socket.resume();
  }

  server.on("upgrade", (req, stream: Duplex, head: Buffer) => {
    const { socket } = req;
    const isFirst = !answers.areOpen(socket);
    upgraded.add(socket);
    if (stream !== socket) stream.on("error", ignore); // the connection's own, once more
    socket.off("close", forget).on("close", forget);
    answers.afterLetGo(socket, () =>
      isolate(socket, () => {
        const hasBody = bodyFraming(req) !== "none";
        if (dropH2c(req) && !hasBody && isFirst) onUpgrade(req, socket, head);
        else if (!hasBody || !readsBodies()) readOn(socket, Buffer.concat([headWithoutUpgrade(req), head]));
        else respondWithBody({ server, req, stream, head, goOn: (behind) => readOn(socket, behind) });
      }),
    );
  });
  return upgraded;
}

function ignore(): void {}
