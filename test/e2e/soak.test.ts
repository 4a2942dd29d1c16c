import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { describe } from "node:test";
import type { Gateway } from "../support/gateway.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";
import { elapse } from "../support/real-time.ts";
import { waitUntil } from "../support/wait-until.ts";

/** A round is one stop and the wake after it. `npm run soak` does a thousand. */
const ROUNDS = Number(process.env["SOAK_ROUNDS"] ?? 25);
const CLIENTS = 8;
const LONGEST_MS = Math.max(120_000, ROUNDS * 4_000);

describe(`${ROUNDS} rounds of stop and wake under ${CLIENTS} keep-alive clients`, () => {
  onDocker("lose nothing, cut nothing and deliver nothing twice", async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker, {
      app: { env: { LOG_IDS: "1" } },
      container: { idle_timeout: "60ms", hold_timeout: "60s" },
    });
    const over = new AbortController();
    const sent: string[] = [];
    const wrong: string[] = [];
    const clients = Array.from({ length: CLIENTS }, (_, index) => {
      return runClient({ gateway, host, index, over: over.signal, sent, wrong });
    });
    const beganMs = performance.now();
    const isOver = (): boolean =>
      stops(gateway) >= ROUNDS || wrong.length > 0 || performance.now() - beganMs > LONGEST_MS;
    await waitUntil(isOver, LONGEST_MS + 10_000, "the last stop");
    over.abort();
    await Promise.all(clients);
    t.diagnostic(`${stops(gateway)} stops, ${sent.length} requests`);

    assert.deepEqual(wrong, []);
    assert.ok(stops(gateway) >= ROUNDS, `only ${stops(gateway)} stops`);
    const logged = (await app.logs()).match(/(?<=got )c\d+-\d+/gu) ?? [];
    assert.deepEqual(logged.toSorted(), sent.toSorted(), "each request arrived exactly once");
  });
});

interface Client {
  readonly gateway: Gateway;
  readonly host: string;
  readonly index: number;
  readonly over: AbortSignal;
  readonly sent: string[];
  readonly wrong: string[];
}

/** Sends a request, checks the response, pauses for a random time, and sends the next one on the same connection. */
async function runClient({ gateway, host, index, over, sent, wrong }: Client): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let count = 0; !over.aborted; count += 1) {
    const id = `c${index}-${count}`;
    const body = count % 3 === 0 ? undefined : randomBytes(1 + (count % 40_000));
    sent.push(id);
    try {
      const answer = await ask({ agent, port: gateway.port }, host, id, body);
      const expected = createHash("sha256")
        .update(body ?? "")
        .digest("hex");
      if (answer.status !== 200 || answer.sha256 !== expected || answer.times !== 1) {
        wrong.push(`${id}: ${JSON.stringify(answer)}`);
      }
    } catch (error) {
      wrong.push(`${id}: ${String(error)}`);
    }
    await elapse(Math.random() * 700);
  }
  agent.destroy();
}

function ask(
  to: { readonly agent: Agent; readonly port: number },
  host: string,
  id: string,
  body?: Buffer,
): Promise<any> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const headers = { host, "x-request-id": id, ...(body && { "content-length": body.length }) };
    const request = httpRequest({ ...to, host: "127.0.0.1", path: "/echo", method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        try {
          resolve({ status: answer.statusCode, ...(JSON.parse(text) as object) });
        } catch {
          reject(new Error(`${answer.statusCode}: ${text.slice(0, 300)}`));
        }
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

function stops({ log }: Gateway): number {
  return log.filter(({ event }) => event === "stopped").length;
}
