import type { TestContext } from "node:test";
import { type Gateway, startGateway } from "./gateway.ts";
import { freePort } from "./http.ts";

const APP = `
const { createServer } = require("node:http");
console.log("up");
createServer((req, res) => res.end("hello")).listen(Number(process.argv[1]), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;

/** Starts a gateway as users do, with a sleeping local process as app for each name. */
export async function startAdminGateway(
  t: TestContext,
  names: readonly string[],
  gateway: object = {},
): Promise<Gateway & { readonly url: string }> {
  const containers = await Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      const command = [process.execPath, "-e", APP, String(port)];
      return { name, host: `${name}.test`, idle_timeout: "10m", process: { command, port } };
    }),
  );
  const started = await startGateway(t, { config: { gateway, containers } });
  return { ...started, url: `http://localhost:${started.port}` };
}
