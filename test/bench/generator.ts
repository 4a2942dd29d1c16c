/** Stands in for wrk: port, connections, seconds, bytes to post (0: GET), path. Prints as wrk does what the caller reads. */
import { connect } from "node:net";

const [port = 0, connections = 0, seconds = 0, bytes = 0] = process.argv.slice(2, 6).map(Number);
const target = process.argv[6] ?? "/";
const head = `${bytes > 0 ? "POST" : "GET"} ${target} HTTP/1.1\r\nHost: bench.test\r\n`;
const message = Buffer.from(bytes > 0 ? `${head}Content-Length: ${bytes}\r\n\r\n${"x".repeat(bytes)}` : `${head}\r\n`);
const began = performance.now();
let requests = 0;
let errors = 0;

for (let number = 0; number < connections; number += 1) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let left = 0;
  socket.on("connect", () => socket.write(message));
  socket.on("error", () => void (errors += 1));
  socket.on("data", (chunk) => {
    if (left === 0) {
      const text = chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n") + 4;
      if (!text.startsWith("HTTP/1.1 200")) errors += 1;
      left = end + Number(/content-length: (\d+)/iu.exec(text)?.[1] ?? Number.NaN);
    }
    left -= chunk.length;
    if (left !== 0) return;
    requests += 1;
    socket.write(message);
  });
}

setTimeout(() => {
  console.log(`${requests} requests in ${((performance.now() - began) / 1000).toFixed(2)}s`);
  if (errors > 0) console.log(`Socket errors: ${errors}`);
  process.exit();
}, seconds * 1000);
