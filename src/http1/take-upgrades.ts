import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { createDetachedResponse, watchAbort } from "./detached-response.ts";
import { probeUpgradeBodies, unwrapUpgrade } from "./node-internals.ts";
import type { OpenResponses } from "./open-responses.ts";
import { bodyFraming } from "./request-head.ts";

/** Handles an upgrade; `head` are the bytes after the request. */
type OnUpgrade = (req: IncomingMessage, socket: Socket, head: Buffer) => void;

/**
 * Passes the upgrades of a server to `onUpgrade` and returns the connections that are upgraded or about to be. An Upgrade
 * may be ignored (RFC 9110 §7.8): one with a body, one that follows an unfinished response, or one to HTTP/2 over
 * cleartext (h2c) is served like any other request, and its connection stays open. node:http itself would drop the
 * bytes after it, and cannot ignore an upgrade before Node 24.9, so it detaches every such connection.
 */
export function takeUpgrades(server: Server, answers: OpenResponses, onUpgrade: OnUpgrade): ReadonlySet<Duplex> {
  const upgraded = new Set<Duplex>();
  const readsBodies = probeUpgradeBodies();
  const forget = function (this: Duplex): void {
    upgraded.delete(this);
  };

  function returnToNode(socket: Socket, bytes: Buffer): void {
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
    if (stream !== socket) stream.on("error", ignore); // the connection reports it as well
    socket.off("close", forget).on("close", forget);
    answers.afterLetGo(socket, () =>
      isolate(socket, () => {
        const hasBody = bodyFraming(req) !== "none";
        if (dropH2c(req) && !hasBody && isFirst) onUpgrade(req, socket, head);
        else if (!hasBody || !readsBodies()) returnToNode(socket, Buffer.concat([headWithoutUpgrade(req), head]));
        else serveWithBody({ server, req, stream, head, goOn: (after) => returnToNode(socket, after) });
      }),
    );
  });
  return upgraded;
}

interface IgnoredUpgrade {
  readonly server: Server;
  readonly req: IncomingMessage;
  /** The connection of the client, or the stream that releases it after the body. */
  readonly stream: Duplex;
  readonly head: Buffer;
  /** Called with the bytes after the request. */
  readonly goOn: (after: Buffer) => void;
}

/** Serves a request whose body node:http reads and whose upgrade is ignored, like any other. */
function serveWithBody({ server, req, stream, head, goOn }: IgnoredUpgrade): void {
  const { socket } = req;
  const leave = (): void => socket.destroySoon();
  const leaving = stream === socket ? watchAbort(socket) : undefined;
  leaving?.signal.addEventListener("abort", leave, { once: true });
  if (leaving === undefined) socket.once("end", leave);
  const res = createDetachedResponse(req, socket, () => {
    if (req.complete) finish();
    else req.once("close", () => isolate(socket, finish)).resume();
  });
  server.emit(req.headers.expect === undefined ? "request" : "checkContinue", req, res);

  function finish(): void {
    if (socket.destroyed) return;
    leaving?.stop();
    socket.off("end", leave);
    goOn(leaving === undefined ? unwrapUpgrade(stream, socket) : head);
  }
}

/** Removes h2c from the protocols of an upgrade. Returns false when none is left. */
function dropH2c({ headers, rawHeaders }: IncomingMessage): boolean {
  const protocols = listed(headers.upgrade ?? "");
  const others = protocols.filter((protocol) => protocol.toLowerCase() !== "h2c");
  if (others.length === protocols.length) return true;
  headers.upgrade = others.join(", ");
  delete headers["http2-settings"];
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (OF_UPGRADE.test(rawHeaders[at] ?? "")) rawHeaders.splice(at, 2);
  }
  if (others.length > 0) rawHeaders.push("Upgrade", headers.upgrade);
  return others.length > 0;
}

/** Formats the head of a request as received, without its upgrade. */
function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    if (OF_UPGRADE.test(name)) continue;
    const isConnection = name.toLowerCase() === "connection";
    const options = isConnection ? listed(value).filter((option) => !OF_UPGRADE.test(option)) : [value];
    if (options.length > 0) head += `${name}: ${options.join(", ")}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, "latin1");
}

/** The fields of an upgrade, which are options of the Connection field as well. */
const OF_UPGRADE = /^(?:upgrade|http2-settings)$/iu;

function listed(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function ignore(): void {}
