import type { IncomingMessage } from "node:http";
import type Docker from "dockerode";

/** A GET whose answer is read here: dockerode reads it whole, and parses it if it happens to be JSON. */
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
