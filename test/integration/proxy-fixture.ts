import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from "node:net";
import type { TestContext } from "node:test";
import type { Endpoint } from "../../src/core/observation.ts";
import type { SimpleRequest } from "../../src/http1/simple-request.ts";
import type { ClientConnection } from "../../src/http1/client-connection.ts";
import { ClientConnections } from "../../src/http1/client-connections.ts";
import { createForwarder, type ForwardOrder, type Forwarder } from "../../src/proxy/forwarder.ts";
import type { ForwardOutcome } from "../../src/proxy/outcome.ts";
import { serveRequests } from "../../src/http1/open-responses.ts";
import { SERVER_OPTIONS } from "../../src/http1/server-options.ts";
import { takeUpgrades } from "../../src/http1/take-upgrades.ts";
import { cleanup } from "../support/cleanup.ts";
import { freePort } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";

/** A forwarder behind a listener, as the gateway has one, towards one upstream. */
export interface ProxyFixture {
  readonly port: number;
  readonly to: Endpoint;
  readonly forwarder: Forwarder;
  /** In the order of arrival; a second end of the same exchange would show here. */
  readonly outcomes: readonly ForwardOutcome[];
  /** Resolves when that many exchanges have ended. */
  ended(count: number): Promise<readonly ForwardOutcome[]>;
  /** Open connections from clients. */
  clients(): Promise<number>;
}

export interface ProxySpec {
  readonly upstream: number;
  readonly address?: string;
  readonly published?: boolean;
  readonly options?: Pick<ForwardOrder, "passHost" | "extraHeaders">;
  readonly isTrusted?: (address: string) => boolean;
  readonly listen?: string;
  /** What the caller does with an exchange that is not answered; default: 502 with the outcome as its body. */
  readonly unanswered?: (outcome: ForwardOutcome, restart: () => void, res: ServerResponse) => void;
}

/** Set in the environment: node:http reads every request, and not only what is not simple. */
export const READ_BY_NODE = "PROXY_READ_BY_NODE";

const ENDLESS = { isDraining: () => false, tooLate: (socket: Socket) => void socket.destroy() };
const PASS_HOST: Pick<ForwardOrder, "passHost" | "extraHeaders"> = Object.freeze({ passHost: true });

export async function startProxy(t: TestContext, spec: ProxySpec): Promise<ProxyFixture> {
  const { options = PASS_HOST, isTrusted = () => false, unanswered = answer502 } = spec;
  const { address = "127.0.0.1", published = false } = spec;
  const to: Endpoint = Object.freeze({ host: address, port: spec.upstream, published });
  const forwarder = createForwarder({ isTrusted });
  const outcomes: ForwardOutcome[] = [];

  function onRequest(req: IncomingMessage, res: ServerResponse): void {
    const onEnd = (outcome: ForwardOutcome): void => {
      outcomes.push(outcome);
      if (outcome.kind === "refused" || outcome.kind === "failed") unanswered(outcome, () => onRequest(req, res), res);
    };
    forwarder.forward({ req, res, to, ...options, onEnd });
  }

  const server = createServer(SERVER_OPTIONS);
  const responses = serveRequests(server, (req, res) => {
    if (lines?.resumeRequest(req, res) !== true) onRequest(req, res);
  });
  const lines =
    process.env[READ_BY_NODE] === undefined ? new ClientConnections(server, { serve, ...ENDLESS }) : undefined;

  function serve(request: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean {
    if (options.extraHeaders !== undefined) return false;
    const onEnd = (outcome: ForwardOutcome): void => {
      outcomes.push(outcome);
      if (outcome.kind !== "refused" && outcome.kind !== "failed") return;
      client.passToNode((req, res) => unanswered(outcome, () => onRequest(req, res), res));
    };
    forwarder.forwardSimple({ request, body, client, to, passHost: options.passHost, onEnd });
    return true;
  }
  const tunnels = takeUpgrades(server, responses, (req, socket, head) => {
    const restart = (): void => {
      const onEnd = (outcome: ForwardOutcome): void => {
        outcomes.push(outcome);
        if (outcome.kind !== "refused" && outcome.kind !== "failed") return;
        if (spec.unanswered === undefined) socket.end(`HTTP/1.1 502 Bad Gateway\r\nX-Outcome: ${outcome.kind}\r\n\r\n`);
        else spec.unanswered(outcome, restart, undefined as never);
      };
      forwarder.upgrade({ req, socket, head, to, ...options, onEnd });
    };
    restart();
  });
  server.on("connection", (socket) => void socket.on("error", () => socket.destroy()));
  const port = await listen(t, server, spec.listen ?? "127.0.0.1");
  cleanup(t, () => {
    server.closeAllConnections();
    lines?.closeAll();
    for (const socket of tunnels) socket.destroy();
  });
  return {
    port,
    to,
    forwarder,
    outcomes,
    ended: async (count) => {
      await waitUntil(() => outcomes.length >= count, 10_000, `${count} ends`);
      return outcomes;
    },
    clients: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
  };
}

function answer502(outcome: ForwardOutcome, _again: () => void, res: ServerResponse): void {
  const text = JSON.stringify(outcome);
  res.writeHead(502, ["Content-Type", "application/json", "Content-Length", String(text.length)]);
  res.end(text);
}

/** An app that speaks node:http. */
export async function startApp(
  t: TestContext,
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer({ keepAliveTimeout: 30_000, requestTimeout: 0 }, handle);
  const port = await listen(t, server, "127.0.0.1");
  cleanup(t, () => server.closeAllConnections());
  return { port, server };
}

/** An app that is only a script over a socket; `heard` is every byte that it received, per connection. */
export interface RawApp {
  readonly port: number;
  readonly server: NetServer;
  readonly sockets: readonly Socket[];
  readonly heard: readonly string[];
}

export async function startRawApp(
  t: TestContext,
  serve: (socket: Socket, heard: () => string, connection: number) => void,
): Promise<RawApp> {
  const sockets: Socket[] = [];
  const heard: string[] = [];
  const server = createNetServer({ allowHalfOpen: true }, (socket) => {
    const at = sockets.push(socket) - 1;
    heard[at] = "";
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => void (heard[at] += chunk.toString("latin1")));
    serve(socket, () => heard[at] ?? "", at);
  });
  const port = await listen(t, server, "127.0.0.1");
  cleanup(t, () => {
    for (const socket of sockets) socket.destroy();
  });
  return { port, server, sockets, heard };
}

/** Ends an app's listening; `port` is reserved for its return. */
export async function takeAway({
  server,
}: {
  readonly server: NetServer;
}): Promise<{ readonly port: number; comeBack(): Promise<void> }> {
  server.close();
  await once(server, "close");
  const port = await freePort();
  return {
    port,
    async comeBack() {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
  };
}

/** Answers each request head on a connection with the same bytes. */
export function answering(bytes: string | Buffer): (socket: Socket, heard: () => string) => void {
  return (socket, heard) => {
    let answered = 0;
    socket.on("data", () => {
      const heads = heard().split("\r\n\r\n").length - 1;
      for (; answered < heads; answered += 1) socket.write(latin1(bytes));
    });
  };
}

/** A client that is nothing but bytes. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything that was received so far, one character a byte. */
  text(): string;
  write(bytes: string | Buffer): void;
  /** Resolves with what was received, as soon as it matches. */
  until(passes: (text: string) => boolean, what?: string): Promise<string>;
  /** Resolves with everything when the other side has ended, or broken, the connection. */
  closed(): Promise<string>;
}

export async function rawClient(
  t: TestContext,
  port: number,
  bytes?: string | Buffer,
  host = "127.0.0.1",
): Promise<RawClient> {
  const socket = connect({ port, host, allowHalfOpen: true });
  cleanup(t, () => socket.destroy());
  let text = "";
  let isEnded = false;
  socket.on("data", (chunk: Buffer) => void (text += chunk.toString("latin1")));
  socket.on("error", () => {});
  socket.on("end", () => void (isEnded = true));
  socket.on("close", () => void (isEnded = true));
  await once(socket, "connect");
  if (bytes !== undefined) socket.write(latin1(bytes));
  return {
    socket,
    text: () => text,
    write: (more) => void socket.write(latin1(more)),
    until: async (passes, what = "the bytes") => {
      await waitUntil(() => passes(text), 5_000, `${what} in ${JSON.stringify(text.slice(0, 300))}`);
      return text;
    },
    closed: async () => {
      await waitUntil(() => isEnded, 5_000, "the end of the connection");
      return text;
    },
  };
}

/** HTTP heads are bytes; a character here is one of them. */
function latin1(bytes: string | Buffer): Buffer {
  return typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
}

async function listen(t: TestContext, server: NetServer, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, "listening");
  cleanup(t, () => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}
