/**
 * A small app for tests, configured by its environment: NAME, PORT (default 80), HOST, DELAY_MS before it listens, or
 * AWAITS (a file that must exist before it listens),
 * HEALTHY_AFTER_MS, EXIT_AFTER_MS with EXIT_CODE (a crash), STOP_DELAY_MS or IGNORE_SIGTERM=1 (for slow ends),
 * LOG_IDS=1 (logs each X-Request-Id; the log survives a restart), RECORD (a file to which the ids are appended; it
 * survives the container).
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";

import { WebSocketServer } from "ws";

const setting = (name, fallback) => process.env[name] ?? fallback;
const name = setting("NAME", "app");
const began = Date.now();
const counters = { requests: 0, upgrades: 0, open: 0, aborted: 0 };
const seen = new Map();

console.log(`${name} is starting`);
console.log("<script>alert(1)</script> \u001b[31mred\u001b[0m");
console.error(`${name} writes to stderr too`);

const handlers = {
  "/": hello,
  "/big": big,
  "/crash": (_request, response) => response.on("close", crash).end(),
  "/count": (_request, response) => json(response, { ...counters, seen: Object.fromEntries(seen), began }),
  "/echo": echo,
  "/lines": lines,
  "/headers": (request, response) => json(response, { rawHeaders: request.rawHeaders, url: request.url }),
  "/health": (_request, response) => json(response, { name }, isHealthy() ? 200 : 503),
  "/slow": slow,
  "/sse": sse,
  "/trailers": trailers,
};

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://app");
  counters.requests += 1;
  counters.open += 1;
  response.on("close", () => {
    counters.open -= 1;
    if (!response.writableFinished) counters.aborted += 1;
  });
  const id = request.headers["x-request-id"];
  if (id !== undefined) seen.set(id, (seen.get(id) ?? 0) + 1);
  if (id !== undefined && setting("LOG_IDS", "") === "1") console.log("got", String(id));
  if (id !== undefined && process.env.RECORD !== undefined) appendFileSync(process.env.RECORD, `${String(id)}\n`);
  const status = /^\/status\/(\d{3})$/.exec(url.pathname)?.[1];
  if (status !== undefined) return json(response, { status: Number(status) }, Number(status));
  return (handlers[url.pathname] ?? hello)(request, response, url);
});
server.keepAliveTimeout = 60_000;
server.requestTimeout = 0;

const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  const { pathname, searchParams } = new URL(request.url, "http://app");
  if (pathname === "/ws") {
    sockets.handleUpgrade(request, socket, head, (open) => sockets.emit("connection", open, request));
  } else if (pathname === "/tunnel") {
    tunnel(request, socket, Number(searchParams.get("ms") ?? 1000));
  } else {
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  }
});
sockets.on("connection", (socket, request) => {
  counters.upgrades += 1;
  const every = Number(new URL(request.url, "http://app").searchParams.get("every") ?? 0);
  const timer = every > 0 ? setInterval(() => socket.send(`tick ${Date.now()}`), every) : undefined;
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on("close", () => clearInterval(timer));
});

process.on("SIGTERM", () => {
  console.log(`${name} got SIGTERM`);
  if (setting("IGNORE_SIGTERM", "") === "1") return;
  setTimeout(() => process.exit(0), Number(setting("STOP_DELAY_MS", "0")));
});

if (process.env.EXIT_AFTER_MS !== undefined) setTimeout(crash, Number(process.env.EXIT_AFTER_MS));
setTimeout(listen, Number(setting("DELAY_MS", "0")));

function listen() {
  if (process.env.AWAITS !== undefined && !existsSync(process.env.AWAITS)) return void setTimeout(listen, 50);
  const port = Number(setting("PORT", "80"));
  server.listen(port, process.env.HOST, () => console.log(`${name} listens on ${port} after ${Date.now() - began} ms`));
}

function crash() {
  console.error(`${name} gives up`);
  process.exit(Number(setting("EXIT_CODE", "1")));
}

function isHealthy() {
  return Date.now() - began >= Number(setting("HEALTHY_AFTER_MS", "0"));
}

function hello(request, response) {
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(
    `<!doctype html><title>${name}</title><h1>Hello from ${name}</h1><p id="url">${escape(request.url)}</p>`,
  );
}

/** Answers with the SHA-256 and length of the body, the headers, and how often this X-Request-Id was received. */
async function echo(request, response) {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of request) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const times = seen.get(request.headers["x-request-id"]) ?? 0;
  const { method, headers, trailers: end } = request;
  json(response, { method, bytes, sha256: hash.digest("hex"), headers, trailers: end, times });
}

/** Sends `?bytes=` zero bytes as fast as the client reads; `?chunked=1` omits the length. */
function big(_request, response, url) {
  let left = Number(url.searchParams.get("bytes") ?? 0);
  const block = Buffer.alloc(65_536);
  response.setHeader("Content-Type", "application/octet-stream");
  if (!url.searchParams.has("chunked")) response.setHeader("Content-Length", left);
  const write = () => {
    while (left > 0) {
      const size = Math.min(left, block.length);
      left -= size;
      if (!response.write(block.subarray(0, size))) return response.once("drain", write);
    }
    return response.end();
  };
  write();
}

/**
 * Sends a line of JSON of at least `?bytes=` every `?ms=` (1000), `?n=` times or until the client disconnects; no field
 * shows that it is a stream.
 */
function lines(_request, response, url) {
  const count = Number(url.searchParams.get("n") ?? Number.POSITIVE_INFINITY);
  const size = Number(url.searchParams.get("bytes") ?? 1);
  let sent = 0;
  response.writeHead(200, { "Content-Type": "application/x-ndjson" });
  response.flushHeaders();
  const timer = setInterval(
    () => {
      sent += 1;
      response.write(`{"line":${sent}}`.padEnd(size - 1) + "\n");
      if (sent >= count) response.end();
    },
    Number(url.searchParams.get("ms") ?? 1000),
  );
  response.on("close", () => clearInterval(timer));
}

/** Accepts any upgrade, sends a few bytes every `ms`, and echoes what it receives. */
function tunnel(request, socket, ms) {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
  );
  socket.pipe(socket);
  const timer = setInterval(() => socket.write("tick"), ms);
  socket.on("error", () => undefined).on("close", () => clearInterval(timer));
}

function slow(_request, response, url) {
  const timer = setTimeout(() => json(response, { name }), Number(url.searchParams.get("ms") ?? 1000));
  response.on("close", () => clearTimeout(timer));
}

/** Sends an event every `?ms=` (200), `?n=` times or until the client disconnects. */
function sse(_request, response, url) {
  const count = Number(url.searchParams.get("n") ?? Number.POSITIVE_INFINITY);
  let sent = 0;
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.flushHeaders();
  const timer = setInterval(
    () => {
      sent += 1;
      response.write(`id: ${sent}\ndata: ${Date.now()}\n\n`);
      if (sent >= count) response.end();
    },
    Number(url.searchParams.get("ms") ?? 200),
  );
  response.on("close", () => clearInterval(timer));
}

function trailers(_request, response) {
  response.writeHead(200, { Trailer: "X-Checksum", "Content-Type": "text/plain" });
  response.write("body");
  response.addTrailers({ "X-Checksum": "abc" });
  response.end();
}

function json(response, value, status = 200) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(status === 204 || status === 304 ? undefined : JSON.stringify(value));
}

function escape(text) {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
