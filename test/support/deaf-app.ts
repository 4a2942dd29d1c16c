import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";
import { delivered } from "./delivered.ts";
import { waitUntil } from "./wait-until.ts";

const PROGRAM = `
  const server = require("node:net").createServer(() => {});
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    process.stdout.write(String(server.address().port) + "\\n");
    process.stdin.on("data", () => process.kill(process.pid, "SIGSTOP"));
  });
`;

/** Opens a port that neither accepts nor refuses connections: its process is blocked, and its backlog is full. */
export async function startDeafApp(t: TestContext): Promise<number> {
  const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
  cleanup(t, () => child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(line);
  child.stdin.write("now");
  await waitUntil(() => /^State:\tT/mu.test(readFileSync(`/proc/${child.pid}/status`, "utf8")), 10_000, "its sleep");
  // Linux accepts one connection more than the backlog; it ignores later ones.
  for (let place = 0; place < 4; place += 1) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    cleanup(t, () => socket.destroy());
    await delivered(); // on loopback it is connected by now or never
  }
  return port;
}
