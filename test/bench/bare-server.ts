/** The least that an auth request can cost in Node: an empty 200. Listens on the port given. */
import { createServer } from "node:http";

createServer({ keepAliveTimeout: 95_000 }, (_request, response) => {
  response.writeHead(200, { "Content-Length": "0" });
  response.end();
}).listen(Number(process.argv[2]), "127.0.0.1");
