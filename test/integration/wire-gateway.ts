import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";
import type { Route } from "../../src/lifecycle/admit/route.ts";
import { createForwarder } from "../../src/proxy/forwarder.ts";
import type { ForwardOutcome } from "../../src/proxy/outcome.ts";
import { type GatewayServer } from "../../src/server.ts";
import { cleanup } from "../support/cleanup.ts";
import { type RawClient, rawClient, startRawApp } from "./proxy-fixture.ts";
import { startListener } from "./listener.ts";

/** The listener with the forwarder behind it, in front of one app. */
export interface WireGateway {
  readonly server: GatewayServer;
  readonly port: number;
  /** What the app has read: `METHOD path body`, in order. */
  readonly seen: readonly string[];
  client(bytes?: string): Promise<RawClient>;
  /** Lets the app answer what it holds back (`/slow…`). */
  release(): void;
}

/** How the app answers a request; `undefined`: by its id. */
export type Answers = (request: AppRequest, socket: Socket) => string | undefined;

export interface AppRequest {
  readonly method: string;
  readonly path: string;
  readonly head: string;
  readonly body: string;
}

export const H = " HTTP/1.1\r\nHost: app.local\r\n";
export const U = "Connection: Upgrade\r\nUpgrade: x\r\n";

/** node:http reads a request with this. */
export const TE = "TE: trailers\r\n";
/** What Java's HTTP client asks for. */
export const H2C = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n";

/** A whole answer that says whose it is. */
export const ok = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;

const KNOWN = {} as Route;

/** `isEarly`: the app answers a head, and takes no bodies. */
export async function startWireGateway(
  t: TestContext,
  answers: Answers = () => undefined,
  { isEarly = false } = {},
): Promise<WireGateway> {
  const seen: string[] = [];
  const held: (() => void)[] = [];
  const app = await startRawApp(t, (socket) => {
    let bytes = "";
    let turn = Promise.resolve();
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.toString("latin1");
      for (let read = readRequest(bytes, isEarly); read !== undefined; read = readRequest(bytes, isEarly)) {
        const { request, rest } = read;
        bytes = rest;
        seen.push([request.method, request.path, request.body].filter(Boolean).join(" "));
        const isHeld = request.path.startsWith("/slow");
        const free = isHeld ? new Promise<void>((resolve) => held.push(resolve)) : undefined;
        turn = turn.then(async () => {
          await free;
          socket.write(answers(request, socket) ?? ok(`<${request.path}>`), "latin1");
        });
      }
    });
    socket.on("end", () => socket.end());
  });

  const forwarder = createForwarder({ isTrusted: () => false });
  cleanup(t, () => forwarder.close());
  const to = { host: "127.0.0.1", port: app.port, published: false };
  const refuse = (res: ServerResponse, status: number, text: string): void =>
    void res.writeHead(status, { "Content-Length": text.length }).end(text);
  const { server, port } = await startListener(t, {
    findRoute: (host) => (host === "nobody.local" ? undefined : KNOWN),
    simple(_route, request, body, client) {
      const onEnd = ({ kind }: ForwardOutcome): void => {
        if (kind === "refused" || kind === "failed") client.passToNode((_req, res) => refuse(res, 502, kind));
      };
      forwarder.forwardSimple({ request, body, client, to, passHost: true, onEnd });
      return true;
    },
    request(_route, req, res) {
      const onEnd = ({ kind }: ForwardOutcome): void => {
        if (kind === "refused" || kind === "failed") refuse(res, 502, kind);
      };
      forwarder.forward({ req, res, to, passHost: true, onEnd });
    },
    upgrade(_route, req, socket, head) {
      const onEnd = ({ kind }: ForwardOutcome): void => {
        if (kind === "refused" || kind === "failed") socket.end(`HTTP/1.1 502 ${kind}\r\nConnection: close\r\n\r\n`);
      };
      forwarder.upgrade({ req, socket, head, to, passHost: true, onEnd });
    },
  });
  return {
    server,
    port,
    seen,
    client: (bytes) => rawClient(t, port, bytes),
    release() {
      for (const free of held.splice(0)) free();
    },
  };
}

/** The first request in these bytes, strictly by RFC 9112; `undefined`: it is not whole. */
function readRequest(
  bytes: string,
  isEarly: boolean,
): { readonly request: AppRequest; readonly rest: string } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = bytes.slice(0, end + 2);
  const [method = "", path = ""] = head.split(" ", 2);
  const behind = bytes.slice(end + 4);
  if (isEarly) return { request: { method, path, head, body: "" }, rest: /^[A-Z]+ \//u.test(behind) ? behind : "" };
  if (/^transfer-encoding: chunked\r$/imu.test(head)) {
    const [whole, body = ""] = /^((?:[1-9a-f][\da-f]*\r\n[^]*?\r\n)*?0\r\n\r\n)/iu.exec(behind) ?? [];
    if (whole === undefined) return undefined;
    const content = body.replaceAll(/[\da-f]+\r\n([^]*?)\r\n/giu, "$1");
    return { request: { method, path, head, body: content }, rest: behind.slice(whole.length) };
  }
  const length = Number(/^content-length: (\d+)\r$/imu.exec(head)?.[1] ?? 0);
  if (behind.length < length) return undefined;
  return { request: { method, path, head, body: behind.slice(0, length) }, rest: behind.slice(length) };
}

/** The bodies of all answers, in order, as far as they are the app's ids. */
export const idsIn = (text: string): string[] => text.match(/<[^>]*>/gu) ?? [];
