/**
 * Replaces wollomatic/socket-proxy, because tests use no registry: supports its flags -listenip, -allowfrom and
 * -allowMETHOD, forwards the requests that they allow (the whole path must match), answers 403 to others, and logs each
 * call.
 */
import { lookup } from "node:dns/promises";
import { createServer, request } from "node:http";

const flags = new Map(process.argv.slice(2).map((argument) => argument.replace(/^-+/, "").split(/=(.*)/s)));
const names = flags.get("allowfrom")?.split(",") ?? ["127.0.0.1"];

const server = createServer((asked, answer) => void relay(asked, answer));

async function relay(asked, answer) {
  const pattern = flags.get(`allow${asked.method}`);
  const path = new URL(asked.url, "http://docker").pathname;
  const known = await isKnown(asked.socket.remoteAddress ?? "");
  const allowed = known && pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(path);
  console.log(`${allowed ? "allowed" : "refused"} ${asked.method} ${path}`);
  if (!allowed) {
    answer.writeHead(403).end("Forbidden\n");
    return;
  }
  const { method, url, headers } = asked;
  const passed = request({ socketPath: "/var/run/docker.sock", method, path: url, headers }, (said) => {
    answer.writeHead(said.statusCode, said.rawHeaders);
    said.pipe(answer);
    answer.flushHeaders();
  });
  passed.on("error", () => answer.destroy());
  answer.on("close", () => passed.destroy());
  asked.pipe(passed);
}
server.listen(2375, flags.get("listenip"));
process.on("SIGTERM", () => process.exit(0));

async function isKnown(address) {
  const found = await Promise.all(names.map((name) => lookup(name, { all: true }).catch(() => [])));
  return found.flat().some((one) => address.endsWith(one.address));
}
