import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";

const PROGRAM = `
  const server = require("node:net").createServer(() => {});
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    process.stdout.write(String(server.address().port) + "\\n");
    setTimeout(() => process.kill(process.pid, "SIGSTOP"), 10);
  });
`;

/** A port that takes no connection and refuses none: its process sleeps, and the queue in front of it is full. */
export async function startDeafApp(t: TestContext): Promise<number> {
  const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
  cleanup(t, () => child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(line);
  await new Promise((resolve) => setTimeout(resolve, 100));
  // Linux accepts one connection more than the backlog; later ones get no answer.
  for (let place = 0; place < 4; place += 1) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    cleanup(t, () => socket.destroy());
    await Promise.race([once(socket, "connect"), new Promise((resolve) => setTimeout(resolve, 200))]);
  }
  return port;
}
