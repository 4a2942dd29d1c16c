import type { TestContext } from "node:test";
import { WebSocket } from "ws";
import { cleanup } from "./cleanup.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { freePort } from "./http.ts";

/** The administrator's token for the busy gateway. */
export const BUSY_TOKEN = "a-token-for-tests";

/** How its administrator signs in. */
export const BUSY_ADMIN = { method: "bearer", token: BUSY_TOKEN } as const;

/**
 * Starts a gateway in which every event of its metrics has occurred: successful and failed wakes, a stop, a veto, an
 * auth request, an open request, an open tunnel, and a lost engine.
 */
export async function startBusyGateway(t: TestContext): Promise<Gateway> {
  const containers = await Promise.all([
    container("app", APP),
    container("sleeper", APP, { idle_timeout: "500ms" }),
    container("busy", APP, { idle_timeout: "500ms", busy_path: "/" }),
    container("broken", "process.exit(3)"),
  ]);
  const gateway = await startGateway(t, {
    config: {
      gateway: { admin_auth: BUSY_ADMIN, trusted_proxies: ["127.0.0.1"] },
      // Docker is in use but unreachable.
      containers: [...containers, { name: "elsewhere", host: "elsewhere.test" }],
    },
  });
  const asked = ["app", "sleeper", "busy", "broken"].map((name) => gateway.request({ host: `${name}.test` }));
  await Promise.all(asked);
  await gateway.request({
    path: "/_auth/traefik",
    headers: { "x-forwarded-host": "app.test", "x-forwarded-uri": "/" },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { headers: { host: "app.test" } });
  cleanup(t, () => socket.terminate());
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  for (const event of ["stopped", "vetoed"]) await gateway.waitForLog((line) => line["event"] === event, 15_000);
  return gateway;
}

/** Returns what Prometheus would scrape. */
export async function scrape(gateway: Gateway): Promise<string> {
  const answer = await gateway.request({ path: "/_metrics", headers: { authorization: `Bearer ${BUSY_TOKEN}` } });
  if (answer.status !== 200) throw new Error(`/_metrics answered ${answer.status}`);
  return answer.text;
}

async function container(name: string, script: string, more: object = {}): Promise<object> {
  const port = await freePort();
  const command = [process.execPath, "-e", script];
  return {
    name,
    host: `${name}.test`,
    idle_timeout: "1h",
    process: { command, env: { PORT: `${port}` }, port },
    ...more,
  };
}

const APP = `
  const server = require("node:http").createServer((req, res) => res.end("here"));
  server.on("upgrade", (req, socket) => {
    const key = req.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const accept = require("node:crypto").createHash("sha1").update(key).digest("base64");
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
    socket.on("error", () => {}).on("end", () => socket.end()).resume();
  });
  server.listen(process.env.PORT, "127.0.0.1");
`;
