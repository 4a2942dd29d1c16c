import { randomUUID } from "node:crypto";
import { navigation, request, type Answer } from "./http.ts";

/** What clients observed during an update of the app. */
export interface TrafficReport {
  readonly gets: number;
  /** The ids of the POSTs that were sent. */
  readonly posts: readonly string[];
  /** All responses that were not 2xx (for the page: also no loading page), and all broken connections. */
  readonly faults: readonly string[];
  /** The longest wait for a response. */
  readonly longestMs: number;
}

/** Programs and a browser that send requests continuously; `stop` waits for every response. */
export interface Traffic {
  stop(): Promise<TrafficReport>;
}

const GET_EVERY_MS = 50;
const POST_EVERY_MS = 200;
const PAGE_EVERY_MS = 250;

/** Sends 20 GET/s and 5 POST/s, polls the host's page like a waiting browser, and sends auth requests like a front proxy. */
export function startTraffic(port: number, host: string): Traffic {
  const began = performance.now();
  const asTraefik = { "x-forwarded-host": host, "x-forwarded-uri": "/", "x-forwarded-method": "GET" };
  const posts: string[] = [];
  const faults: string[] = [];
  const open = new Set<Promise<void>>();
  let gets = 0;
  let longestMs = 0;

  async function send(what: string, how: object, isFine: (answer: Answer) => boolean): Promise<void> {
    const sentMs = performance.now();
    const fault = await request({ port, host, ...how }).then(
      (answer) => (isFine(answer) ? undefined : `${answer.status} ${answer.text.slice(0, 300)}`),
      (error: unknown) => String(error),
    );
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - sentMs);
    if (fault !== undefined)
      faults.push(`${Math.round(sentMs - began)}+${Math.round(nowMs - sentMs)} ms ${what}: ${fault}`);
  }

  function every(ms: number, act: () => Promise<void>): () => void {
    const timer = setInterval(() => {
      const sent = act().finally(() => open.delete(sent));
      open.add(sent);
    }, ms);
    return () => clearInterval(timer);
  }

  const ends = [
    every(GET_EVERY_MS, () => {
      gets += 1;
      return send("GET", {}, isSuccess);
    }),
    every(POST_EVERY_MS, () => {
      const id = randomUUID();
      posts.push(id);
      return send("POST", { method: "POST", path: "/echo", body: id, headers: { "x-request-id": id } }, isSuccess);
    }),
    every(PAGE_EVERY_MS, () => send("page", { headers: navigation }, isSuccessOrPage)),
    every(PAGE_EVERY_MS, () => send("auth request", { path: "/_auth/traefik", headers: asTraefik }, isSuccess)),
  ];

  return {
    async stop() {
      for (const end of ends) end();
      await Promise.all(open);
      return { gets, posts, faults, longestMs };
    },
  };
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function isSuccessOrPage(answer: Answer): boolean {
  return isSuccess(answer) || (answer.status === 503 && answer.text.includes('data-state="waking"'));
}
