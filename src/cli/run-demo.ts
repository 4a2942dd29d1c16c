import { loadConfig, type LoadResult } from "../config/parse/load-config.ts";
import { type Command, EXIT_USAGE } from "./command.ts";
import { demoBanner, demoConfig, findDemoPorts } from "./demo.ts";
import { runGateway } from "./serve.ts";

const DEFAULT_PORT = 8080;

/** `dag demo`, which runs a gateway with two demo apps. */
export const demo: Command = {
  summary: "runs a gateway with two sleeping demo apps; no Docker, nothing to configure",
  details: ["PORT is the gateway's port (default 8080). Ctrl-C ends the gateway and both apps."],
  operands: [{ name: "PORT", required: false }],
  async run({ operands: [text = String(DEFAULT_PORT)] }, io) {
    const port = /^\d+$/.test(text) ? Number(text) : 0;
    if (port < 1 || port > 65_535) {
      io.stderr(`dag demo: ${JSON.stringify(text)} is not a port; use a number from 1 to 65535\n`);
      return EXIT_USAGE;
    }
    const config = demoConfig({ port, appPorts: await findDemoPorts(), node: process.execPath });
    const source = { path: "demo", load: () => load(config), watch: () => undefined };
    const otherPort = `name another port: dag demo ${port === DEFAULT_PORT ? DEFAULT_PORT + 1 : DEFAULT_PORT}`;
    return runGateway(source, io, { docker: false, otherPort, onListening: () => io.stdout(demoBanner(port)) });
  },
};

function load(text: string): LoadResult {
  return loadConfig({
    text,
    file: "demo",
    env: {},
    readSecret: () => "",
    nowMs: Date.now(),
    localTimezone: "UTC",
  });
}
