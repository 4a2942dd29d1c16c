import type { IncomingMessage } from "node:http";
import type Docker from "dockerode";

/** Sends a GET and returns the response as a stream; dockerode would buffer it, and parse it if it is JSON. */
export function openResponse(
  docker: Docker,
  path: string,
  query: Readonly<Record<string, unknown>>,
  abortSignal: AbortSignal,
): Promise<IncomingMessage> {
  const request = { path: `${path}?`, method: "GET", options: query, abortSignal, statusCodes: { 200: true } };
  return new Promise((resolve, reject) => {
    (docker.modem as Modem).dial({ ...request, isStream: true }, (error, stream) => {
      if (error) reject(error);
      else resolve(stream);
    });
  });
}

interface Modem {
  dial(request: object, callback: (error: Error | null, answer: IncomingMessage) => void): void;
}
