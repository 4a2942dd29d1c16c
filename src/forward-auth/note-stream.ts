import { noteStreamSeen } from "../lifecycle/workload/activity.ts";
import type { IncomingHttpHeaders } from "node:http";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";

/** The fields that show that a request may become a nearly silent stream: an upgrade, an event stream, gRPC. */
export interface StreamSigns {
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  readonly websocketKey: string | undefined;
  readonly upgrade?: string | undefined;
}

/** Returns these fields of a request. */
export function streamSigns(headers: IncomingHttpHeaders): StreamSigns {
  const { accept, "content-type": contentType, "sec-websocket-key": key, upgrade } = headers;
  return { accept, contentType, websocketKey: typeof key === "string" ? key : key?.[0], upgrade };
}

/**
 * Notes that a request was let through that may become such a stream. Before a stop even the least traffic then counts.
 */
export function noteStream(record: WorkloadRecord, signs: StreamSigns, nowMs: number): void {
  if (mayStayOpen(signs)) noteStreamSeen(record, nowMs);
}

function mayStayOpen({ accept, contentType, websocketKey, upgrade }: StreamSigns): boolean {
  if (websocketKey !== undefined || upgrade !== undefined) return true;
  return (accept !== undefined && STREAMS.test(accept)) || contentType?.startsWith("application/grpc") === true;
}

/** The types of responses that clients read line by line. */
const STREAMS = /text\/event-stream|application\/(?:x-)?(?:nd-?json|json-?lines|jsonl|stream\+json|json-seq)/i;
