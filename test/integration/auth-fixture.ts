import { connect } from "node:net";
import type { TestContext } from "node:test";
import { createAddressSet } from "../../src/config/address-set.ts";
import { clientAddress } from "../../src/web/client-address.ts";
import { createPolls } from "../../src/public/polls.ts";
import { type AuthHandler, createAuthHandler } from "../../src/forward-auth/handler.ts";
import { createLogTail } from "../../src/lifecycle/workload/log-tail.ts";
import { createRefusedRoutes } from "../../src/lifecycle/admit/refused-route.ts";
import { createRefusalAnswer } from "../../src/respond/refusal.ts";
import { createResponder } from "../../src/respond/responder.ts";
import { type Answer, request } from "../support/http.ts";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";
import { READ_BY_NODE } from "./proxy-fixture.ts";
import { startListener } from "./listener.ts";
import { delivered } from "../support/delivered.ts";

/** The auth handler on a real socket, over a life cycle whose clock and engine a test controls. */
export interface ForwardAuthFixture extends LifecycleFixture {
  readonly port: number;
  /** What was counted, as "traefik allowed". */
  readonly counted: string[];
  /** Asks as a front does. `headers` may take the usual ones away with `undefined`. */
  ask(path: string, headers?: Record<string, string | string[] | undefined>, more?: AskOptions): Promise<Answer>;
  /** Sends raw bytes and resolves with everything that was received until the end. */
  raw(text: string): Promise<string>;
  /** Moves time on until a request that is in progress has its answer. */
  whileTime<T>(pending: Promise<T>): Promise<T>;
}

export interface AskOptions {
  readonly method?: string;
  readonly host?: string;
  readonly signal?: AbortSignal;
}

export type ForwardAuthOptions = Parameters<typeof openLifecycle>[1] & {
  readonly trusted?: readonly string[];
  readonly pollAllowed?: (kind: string, address: string, route: string) => number | undefined;
};

export async function openForwardAuth(
  t: TestContext,
  workloads: Parameters<typeof openLifecycle>[0],
  options: ForwardAuthOptions = {},
): Promise<ForwardAuthFixture> {
  const fixture = await openLifecycle(workloads, options);
  const counted: string[] = [];
  const isTrusted = createAddressSet(options.trusted ?? ["127.0.0.0/8"]);
  const responder = createResponder({ templatesDir: "", theme: "default", report: () => undefined });
  const logTail = createLogTail({ clock: fixture.clock, lines: () => 30 });
  const handler = createAuthHandler({
    lifecycle: fixture.lifecycle,
    responder: () => responder,
    answerRefusal: createRefusalAnswer({
      responder: () => responder,
      describe: createRefusedRoutes({ clock: fixture.clock, logTail }),
      timezone: () => "UTC",
    }),
    polls: createPolls({ clock: fixture.clock, responder: () => responder, logTail }),
    pollAllowed: options.pollAllowed ?? (() => undefined),
    isTrusted,
    addressOf: (req) => clientAddress(req, isTrusted),
    count: (front, answer) => counted.push(`${front} ${answer}`),
  });
  const port = await serve(t, handler);
  return {
    ...fixture,
    port,
    counted,
    ask: (path, headers = {}, { method, host, signal } = {}) =>
      request({
        port,
        path,
        headers: defined({ "x-forwarded-host": "app.test", "x-forwarded-uri": "/", ...headers }),
        ...(method !== undefined && { method }),
        ...(host !== undefined && { host }),
        ...(signal !== undefined && { signal }),
      }),
    raw: (text) => exchange(port, text),
    async whileTime(pending) {
      let over = false;
      void pending.then(
        () => (over = true),
        () => (over = true),
      );
      for (let turns = 0; !over && turns < 2_000; turns += 1) {
        await delivered();
        await fixture.clock.advance(100);
      }
      return pending;
    },
  };
}

/** The gateway's own listener, with nobody behind it but the handler. */
async function serve(t: TestContext, handler: AuthHandler): Promise<number> {
  const { port } = await startListener(t, {
    findRoute: () => undefined,
    ...(process.env[READ_BY_NODE] === undefined && { simpleAuth: handler.simple }),
    auth: handler.request,
    authUpgrade: handler.upgrade,
    unknownHost: () => ({ status: 418, headers: [], body: Buffer.alloc(0) }),
    conflictingHost: (_req, res) => void res.writeHead(418).end(),
  });
  return port;
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let got = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => (got += chunk));
    socket.on("end", () => resolve(got));
    socket.on("error", reject);
    socket.write(text);
  });
}

function defined(headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
  );
}
