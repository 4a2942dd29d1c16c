import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { classifyClient } from "../../src/core/client.ts";
import type { Theme } from "../../src/core/settings.ts";
import type { Answer } from "../../src/respond/answer.ts";
import type { HandlerMode, Branding, HealthFacts } from "../../src/respond/pages.ts";
import { createResponder, type Responder } from "../../src/respond/responder.ts";
import { cleanup } from "./cleanup.ts";

/** The simulated state; a test changes it through `change`, which ends long polls. */
export interface Pretence {
  health: HealthFacts;
  lines: readonly string[];
  /** The app's response; absent: the gateway's page is sent. */
  app: ((res: ServerResponse) => void) | undefined;
  /** Every response is an empty 500, as from a front proxy whose gateway is down. */
  away: boolean;
}

export interface WakingServer {
  readonly url: string;
  readonly port: number;
  /** Method and address of every request except polls, oldest first. */
  readonly visits: readonly string[];
  /** The arrival times of polls by path, from `performance.now()`. */
  readonly polls: Readonly<Record<"/_health" | "/_logs", number[]>>;
  /** Returns the number of polls that were refused because of their rate. */
  refused(): number;
  change(next: Partial<Pretence>): void;
  /** Closes all connections and stops listening; `start` listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface WakingOptions {
  readonly branding?: Partial<Branding>;
  readonly theme?: Theme;
  readonly mode?: HandlerMode;
  readonly health?: Partial<HealthFacts>;
  readonly logs?: boolean;
  /** Answers each poll at once, like a gateway without long polls. */
  readonly eager?: boolean;
  /** The burst of `/_health`; one more is permitted each second. */
  readonly burst?: number;
  /** Other pages by path. */
  readonly pages?: Readonly<Record<string, (responder: Responder) => Answer>>;
  /** Fields that a front adds to every page, flat. */
  readonly headers?: readonly string[];
}

export const BRANDING: Branding = {
  name: "jellyfin",
  title: "Jellyfin",
  message: "",
  color: "",
  icon: "jellyfin",
  logo: "",
  redirectPath: "",
};

const STARTING: HealthFacts = {
  status: "starting",
  error: "",
  phase: "starting",
  elapsedMs: 0,
  etaMs: 4_000,
  retryMs: 0,
};

/** Starts a server with the real responses of `respond/`, in which the test replaces the life cycle. */
export async function startWakingServer(t: TestContext, options: WakingOptions = {}): Promise<WakingServer> {
  const { mode = "proxy", logs = true } = options;
  const branding = { ...BRANDING, ...options.branding };
  const responder = createResponder({ templatesDir: "", theme: options.theme ?? "default", report: () => {} });
  const pretence: Pretence = { health: { ...STARTING, ...options.health }, lines: [], app: undefined, away: false };
  const visits: string[] = [];
  const polls = { "/_health": [] as number[], "/_logs": [] as number[] };
  const watchers = new Set<() => void>();
  let refused = 0;

  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? "/", "http://gateway.test");
    if (pretence.away) answerAway(req, res);
    else if (pathname === "/_health" || pathname === "/_logs")
      answerPoll(pathname, searchParams.get("container"), req, res);
    else answerVisit(pathname, req, res);
  });

  function answerAway(req: IncomingMessage, res: ServerResponse): void {
    visits.push(`${req.method} ${req.url}`);
    res.writeHead(500).end();
  }

  function answerVisit(pathname: string, req: IncomingMessage, res: ServerResponse): void {
    visits.push(`${req.method} ${req.url}`);
    const page = options.pages?.[pathname];
    if (page !== undefined) write(res, page(responder), options.headers);
    else if (pretence.app !== undefined) pretence.app(res);
    else write(res, ownPage(req), options.headers);
  }

  function answerPoll(
    pathname: keyof typeof polls,
    container: string | null,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    if (container !== branding.name) {
      res.writeHead(404).end();
    } else if (isTooFast(polls[pathname], pathname === "/_logs" ? 1 : (options.burst ?? 12))) {
      refused += 1;
      res.writeHead(429, { "Retry-After": "1" }).end("slow down");
    } else if (pathname === "/_logs") {
      write(res, responder.logs(pretence.lines, mode));
    } else {
      holdPoll(req, res);
    }
  }

  function ownPage(req: IncomingMessage): Answer {
    const client = {
      kind: classifyClient(req.method ?? "GET", req.headers),
      acceptLanguage: req.headers["accept-language"],
      target: req.url,
    };
    const { status, phase, elapsedMs, etaMs, failure, error, retryMs } = pretence.health;
    const lines = logs ? { logs: pretence.lines } : {};
    if (status === "failed") {
      const unknown = {
        reason: "refused",
        cause: { code: "refused", message: error },
        exitCode: undefined,
        atMs: 0,
      } as const;
      return responder.failed({ branding, failure: failure ?? unknown, retryMs, ...lines }, client);
    }
    return responder.loading(
      { branding, mode, phase: phase ?? "starting", elapsedMs, etaMs, hasDependencies: false, ...lines },
      client,
    );
  }

  // The gateway reports a change of status or phase at once.
  function holdPoll(req: IncomingMessage, res: ServerResponse): void {
    const before = pretence.health;
    const answer = (): void => {
      clearTimeout(timer);
      watchers.delete(look);
      write(res, responder.health(pretence.health, mode, { acceptLanguage: req.headers["accept-language"] }));
    };
    const look = (): void => {
      const { status, phase } = pretence.health;
      if (status !== before.status || phase !== before.phase) answer();
    };
    const timer = setTimeout(answer, before.status === "starting" && options.eager !== true ? 20_000 : 0);
    watchers.add(look);
    req.on("close", () => res.destroyed && clearTimeout(timer));
  }

  let port = 0;
  const start = async (): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  };
  const stop = (): Promise<void> => close(server);
  await start();
  cleanup(t, stop);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    visits,
    polls,
    refused: () => refused,
    change(next) {
      Object.assign(pretence, next);
      for (const look of watchers) look();
    },
    stop,
    start,
  };
}

/** The response of a simple app. */
export function greeting(res: ServerResponse): void {
  res.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><link rel="icon" href="data:,"><h1>app</h1>`);
}

/** Serves a page at every path; resolves with its URL. */
export async function startPlainServer(t: TestContext, html: string): Promise<string> {
  const server = createServer((_req, res) => res.writeHead(200, { "Content-Type": "text/html" }).end(html));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(t, () => close(server));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Returns whether a poll exceeds one per second and `burst`; otherwise notes its time. */
function isTooFast(times: number[], burst: number): boolean {
  const now = performance.now();
  let spent = 0;
  for (const [index, at] of times.entries()) {
    spent = Math.max(0, spent - (at - (times[index - 1] ?? at)) / 1_000) + 1;
  }
  if (times.length > 0 && spent - (now - (times.at(-1) ?? now)) / 1_000 + 1 > burst) return true;
  times.push(now);
  return false;
}

function write(res: ServerResponse, { status, headers, body }: Answer, more: readonly string[] = []): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, [...headers, ...more]).end(body);
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
