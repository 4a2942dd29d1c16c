/** The proxy that everybody writes first: node:http in, node:http out, piped. Arguments: its port, the app's port. */
import { Agent, createServer, request } from "node:http";

const [port, app] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });

createServer({ keepAliveTimeout: 95_000 }, (req, res) => {
  const { method, url: path, headers } = req;
  const upstream = request({ host: "127.0.0.1", port: app, agent, method, path, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  upstream.on("error", () => res.destroy());
  req.pipe(upstream);
}).listen(port, "127.0.0.1");
