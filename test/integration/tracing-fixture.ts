import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";

/** A span as it arrived, its attributes flattened. */
export interface ArrivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly events: readonly { readonly name: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
  readonly resource: Readonly<Record<string, unknown>>;
}

/** An OTLP/HTTP collector that takes JSON. */
export interface Collector {
  readonly url: string;
  readonly spans: readonly ArrivedSpan[];
  readonly requests: readonly { readonly path: string; readonly headers: Readonly<Record<string, unknown>> }[];
  /** The first span of that name, arrived or to come. */
  span(name: string): Promise<ArrivedSpan>;
}

/** Starts a collector; `status` is what it answers with. */
export async function startCollector(t: TestContext, status = 200): Promise<Collector> {
  const spans: ArrivedSpan[] = [];
  const requests: { path: string; headers: Record<string, unknown> }[] = [];
  const server = createServer((req, res) => {
    void json(req).then((body) => {
      requests.push({ path: req.url ?? "", headers: req.headers });
      if (status === 200) spans.push(...spansOf(body));
      res.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    span: (name) => waitUntil(() => spans.find((span) => span.name === name), 8_000, `the span "${name}"`),
  };
}

/** Settings of one container with a local process; what its app needs beyond a port is in `script`. */
export async function processContainer(name: string, more: object = {}, script = ECHO): Promise<object> {
  const port = await freePort();
  const command = [process.execPath, "-e", script];
  return {
    name,
    host: `${name}.test`,
    idle_timeout: "10m",
    process: { command, env: { PORT: `${port}` }, port },
    ...more,
  };
}

/** A gateway that sends its spans at once. */
export function startTraced(
  t: TestContext,
  containers: readonly object[],
  env: Readonly<Record<string, string>>,
  gateway: object = {},
): Promise<Gateway> {
  return startGateway(t, { config: { gateway, containers }, env: { OTEL_BSP_SCHEDULE_DELAY: "50", ...env } });
}

/** Answers with the headers that it received, unchanged; switches protocols on request, and answers the same there. */
const ECHO = `
  const server = require("node:http").createServer((req, res) => res.end(JSON.stringify(req.rawHeaders)));
  server.on("upgrade", (req, socket) => socket.end("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: x\\r\\nX-Got: " + (req.headers.traceparent ?? "") + "\\r\\n\\r\\n"));
  server.listen(process.env.PORT, "127.0.0.1");
`;

function spansOf(body: any): ArrivedSpan[] {
  return body.resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    scopeSpans.flatMap(({ spans }: any) =>
      spans.map((span: any) => ({
        ...span,
        parentSpanId: span.parentSpanId || undefined,
        startMs: Number(BigInt(span.startTimeUnixNano) / 1_000n) / 1_000,
        endMs: Number(BigInt(span.endTimeUnixNano) / 1_000n) / 1_000,
        attributes: flat(span.attributes),
        links: span.links ?? [],
        events: span.events ?? [],
        status: span.status ?? {},
        resource: flat(resource.attributes),
      })),
    ),
  );
}

function flat(attributes: readonly any[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
