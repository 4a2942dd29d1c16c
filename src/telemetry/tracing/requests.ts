import type { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Attributes,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { requestPath } from "../../core/request-host.ts";
import type { RequestHandlers } from "./tracing.ts";
import { spanTime } from "./time.ts";

interface RequestSpansDeps {
  readonly tracer: Tracer;
  /** Returns milliseconds since the epoch. */
  readonly now: () => number;
  /** Provides the span of the current request, also to listeners of domain events. */
  readonly current: AsyncLocalStorage<Span>;
}

/**
 * Wraps the handlers so that each request has a span, which continues the trace of its client or front (W3C Trace
 * Context) or begins a new one.
 */
export function traceHandlers<R extends { readonly name: string }>(
  handlers: RequestHandlers<R>,
  deps: RequestSpansDeps,
): RequestHandlers<R> {
  const { current } = deps;
  return {
    request(route, req, res) {
      const span = begin(deps, `${req.method} ${route.name}`, req, { "gateway.route": route.name });
      writeContext(req.rawHeaders, span);
      res.once("close", () => answered(deps, span, res));
      current.run(span, () => handlers.request(route, req, res));
    },
    upgrade(route, req, socket, head) {
      const span = begin(deps, `${req.method} ${route.name}`, req, {
        "gateway.route": route.name,
        "gateway.upgrade": true,
      });
      writeContext(req.rawHeaders, span);
      socket.once("close", () => endSoon(deps, span));
      current.run(span, () => handlers.upgrade(route, req, socket, head));
    },
    auth(req, res, path) {
      const front = frontOf(path);
      if (front === undefined) return handlers.auth(req, res, path);
      const span = begin(deps, `auth ${front}`, req, { "gateway.front": front });
      // A span that is never ended is never sent, so a path that is not an auth request after all leaves no span.
      if (!current.run(span, () => handlers.auth(req, res, path))) return false;
      if (res.closed) answered(deps, span, res);
      else res.once("close", () => answered(deps, span, res));
      return true;
    },
    authUpgrade(req, socket, path) {
      const front = frontOf(path);
      if (front === undefined) return handlers.authUpgrade(req, socket, path);
      const span = begin(deps, `auth ${front}`, req, { "gateway.front": front, "gateway.upgrade": true });
      if (!current.run(span, () => handlers.authUpgrade(req, socket, path))) return false;
      socket.once("close", () => endSoon(deps, span));
      return true;
    },
  };
}

function begin({ tracer, now }: RequestSpansDeps, name: string, req: IncomingMessage, attributes: Attributes): Span {
  return tracer.startSpan(
    name,
    {
      kind: SpanKind.SERVER,
      startTime: spanTime(now()),
      attributes: {
        "http.request.method": req.method ?? "GET",
        "url.path": requestPath(req.url ?? "/"),
        "server.address": req.headers.host ?? "",
        ...attributes,
      },
    },
    PROPAGATOR.extract(ROOT_CONTEXT, req.headers, defaultTextMapGetter),
  );
}

/** Ends a span one turn later, because events about a client that disconnected still belong to it. */
function endSoon({ now }: RequestSpansDeps, span: Span): void {
  const endTime = spanTime(now());
  setImmediate(() => span.end(endTime));
}

function answered(deps: RequestSpansDeps, span: Span, res: ServerResponse): void {
  const status = res.headersSent ? res.statusCode : CLIENT_LEFT;
  span.setAttribute("http.response.status_code", status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  if (!res.writableFinished) span.addEvent("cut");
  endSoon(deps, span);
}

const PROPAGATOR = new W3CTraceContextPropagator();

/** The status of a client that disconnected, as in the metrics. */
const CLIENT_LEFT = 499;

const AUTH = "/_auth/";

function frontOf(path: string): string | undefined {
  return path.startsWith(AUTH) ? path.slice(AUTH.length).split("/", 1)[0] : undefined;
}

/** Replaces the client's trace context by this span, which becomes the parent of the app's spans. */
function writeContext(rawHeaders: string[], span: Span): void {
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (CONTEXT_HEADERS.has(rawHeaders[at]?.toLowerCase() ?? "")) rawHeaders.splice(at, 2);
  }
  const context: Record<string, string> = {};
  PROPAGATOR.inject(trace.setSpan(ROOT_CONTEXT, span), context, defaultTextMapSetter);
  for (const [name, value] of Object.entries(context)) rawHeaders.push(name, value);
}

const CONTEXT_HEADERS: ReadonlySet<string> = new Set(PROPAGATOR.fields());
