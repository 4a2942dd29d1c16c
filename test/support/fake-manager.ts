import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { text } from "node:stream/consumers";

/** A fake daemon of Docker Swarm whose responses a test sets. */
export interface FakeManager {
  /** Its address as in DOCKER_HOST. */
  readonly host: string;
  /**
   * The responses by path, without version and query. A text is sent unchanged; a missing path is a 404. May be
   * changed.
   */
  readonly answers: Record<string, unknown>;
  /** The requests, such as `GET /info`. */
  readonly calls: string[];
  /** The bodies of all POST requests. */
  readonly bodies: string[];
}

/** Starts a daemon that is a manager of a swarm, unless `answers` sets something else. */
export async function startFakeManager(t: TestContext, answers: Record<string, unknown> = {}): Promise<FakeManager> {
  const manager = {
    answers: { "/version": { ApiVersion: "1.47" }, "/info": { Swarm: MANAGER }, "/tasks": [], ...answers },
    calls: [] as string[],
    bodies: [] as string[],
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { pathname } = new URL(request.url ?? "", "http://manager");
      const path = pathname.replace(/^\/v[\d.]+/, "");
      manager.calls.push(`${request.method} ${path}`);
      if (request.method === "POST") manager.bodies.push(body);
      const answer = (manager.answers as Record<string, unknown>)[path];
      if (answer === PENDING) return void (path === "/events" && response.writeHead(200).flushHeaders());
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? { message: "not found" }));
    });
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, ...manager };
}

/** A response that is never sent; of events only the head is. */
export const PENDING = Symbol("pending");

/** The part of `/info` for a manager. */
export const MANAGER = { LocalNodeState: "active", ControlAvailable: true };
