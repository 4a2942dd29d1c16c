import type { IncomingHttpHeaders } from "node:http";
import type { WorkloadRecord } from "../lifecycle/record.ts";

/**
 * Remembers that something was let through which may stay open with hardly a byte: an upgrade, an event stream, gRPC.
 * Before a stop the smallest sign of life then counts.
 */
export function noteStream(record: WorkloadRecord, headers: IncomingHttpHeaders, nowMs: number): void {
  if (mayStayOpen(headers)) record.streamSeenMs = nowMs;
}

function mayStayOpen({
  accept,
  "content-type": type,
  "sec-websocket-key": key,
  upgrade,
}: IncomingHttpHeaders): boolean {
  if (key !== undefined || upgrade !== undefined) return true;
  return accept?.startsWith("text/event-stream") === true || type?.startsWith("application/grpc") === true;
}
