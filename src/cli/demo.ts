import { createServer, type AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** The options of the demo. */
export interface DemoOptions {
  /** The port of the gateway. */
  readonly port: number;
  /** The ports of its two apps, from `findDemoPorts`. */
  readonly appPorts: readonly [hello: number, slow: number];
  /** The path of the Node that runs them (`process.execPath`). */
  readonly node: string;
}

/** Returns the configuration of the demo as YAML: two sleeping local processes, without Docker and without files. */
export function demoConfig({ port, appPorts, node }: DemoOptions): string {
  const [hello, slow] = appPorts;
  return `gateway:
  port: ${port}
  bind: 127.0.0.1
  state_file: ""
  logs: always
containers:
  - name: hello
    host: hello.localhost
    idle_timeout: 60s
    title: Hello
    message: A small app that is quick to wake
    color: "#2f9e6e"
    process:
      command: ${command(node, HELLO, hello)}
      port: ${hello}
  - name: slow
    host: slow.localhost
    idle_timeout: 60s
    start_timeout: 30s
    title: Slow coffee
    message: An app that takes four seconds to start
    color: "#b4692f"
    process:
      command: ${command(node, SLOW, slow)}
      port: ${slow}
`;
}

/** Returns the text for the terminal when the demo runs. */
export function demoBanner(port: number): string {
  return `
  Two apps are asleep. Open one, and it wakes:

    http://hello.localhost:${port}   quick
    http://slow.localhost:${port}    takes four seconds: watch the loading page

  What to try:

    curl http://slow.localhost:${port}                      curl gets no page: its request is held, then answered
    curl -d 'kept' http://hello.localhost:${port}           the body arrives too, once
    leave them alone for a minute, and they are stopped again; this terminal reports each wake and stop
    http://hello.localhost:${port}/_status                  the dashboard: both apps and their state

  Ctrl-C ends the demo and both apps.

`;
}

/** Finds two free ports of this machine. */
export async function findDemoPorts(): Promise<[hello: number, slow: number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map((server) => {
      return new Promise<number>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
      });
    }),
  );
  for (const server of servers) server.close();
  return [ports[0] ?? 0, ports[1] ?? 0];
}

const HELLO = new URL("./demo/hello.ts", import.meta.url);
const SLOW = new URL("./demo/slow.ts", import.meta.url);

/**
 * Formats a command as JSON, which is also YAML. Scripts have the extension of this file (`.ts`, in a release `.js`).
 */
function command(node: string, script: URL, port: number): string {
  return JSON.stringify([node, fileURLToPath(script).replace(/\.ts$/, extname(import.meta.filename)), String(port)]);
}
