import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { elapse } from "../real-time.ts";

/** What a pod has received. */
export interface PodStats {
  readonly host: string;
  readonly requests: number;
  /** The requests that arrived after its SIGTERM. */
  readonly late: number;
  /** The requests that were open when it ended. */
  readonly cut: number;
}

/** The app of a pod, which listens on the pod's address. */
export interface PodServer {
  listen(): Promise<void>;
  noteEnding(): void;
  /** Ends it like a killed process. */
  close(): Promise<void>;
  stats(): PodStats;
}

/** Creates the app, which answers with its name, echoes what is posted, and waits `?ms=` before it answers. */
export function createPodServer({
  name,
  host,
  ports,
}: {
  readonly name: string;
  readonly host: string;
  readonly ports: readonly number[];
}): PodServer {
  let isEnding = false;
  let isClosed = false;
  const counts = { requests: 0, late: 0, open: 0, cut: 0 };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    counts.requests += 1;
    if (isEnding) counts.late += 1;
    counts.open += 1;
    res.once("close", () => (counts.open -= 1));
    const body = await buffer(req);
    const ms = Number(new URL(req.url ?? "/", "http://pod").searchParams.get("ms") ?? 0);
    if (ms > 0) await elapse(ms);
    res.setHeader("x-pod", name);
    res.setHeader("x-port", String(req.socket.localPort));
    res.end(req.method === "POST" ? body : JSON.stringify({ pod: name, n: counts.requests }));
  }

  const servers: Server[] = ports.map(() =>
    createServer((req, res) => void answer(req, res).catch(() => res.destroy())),
  );
  return {
    async listen() {
      if (isClosed) return;
      await Promise.all(
        servers.map((server, index) => new Promise<void>((done) => server.listen(ports[index], host, done))),
      );
    },
    noteEnding: () => void (isEnding = true),
    async close() {
      if (isClosed) return;
      isClosed = true;
      counts.cut = counts.open;
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
    stats: () => ({ host, requests: counts.requests, late: counts.late, cut: counts.cut }),
  };
}
