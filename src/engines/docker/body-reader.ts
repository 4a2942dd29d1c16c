import { addAbortSignal } from "node:stream";
import type https from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { ResponseReader } from "../../http1/response-reader.ts";
import type { Connection } from "./connection.ts";

/** Sends a GET and resolves with the result of `use`, which gets the body and must not keep it. */
export type ReadBody = <T>(path: string, signal: AbortSignal, use: (body: Buffer) => T) => Promise<T>;

/**
 * Creates a reader that uses the same memory for each body. node:http allocates megabytes for a long list of
 * containers, after which V8 collects the garbage of the whole process: that took more time than everything else at
 * rest.
 */
export function createBodyReader(connection: Connection): ReadBody {
  let spare: Buffer = Buffer.alloc(0);

  return (path, signal, use) =>
    new Promise((resolve, reject) => {
      const part = Buffer.allocUnsafeSlow(READ_BYTES);
      const reader = new ResponseReader();
      let [body, size] = [spare, 0];
      spare = Buffer.alloc(0); // another call at the same time must not use this memory
      let status: number | undefined;

      function append(bytes: Buffer): void {
        if (size + bytes.length > body.length) {
          const larger = Buffer.allocUnsafeSlow(2 * (size + bytes.length));
          body.copy(larger, 0, 0, size);
          body = larger;
        }
        size += bytes.copy(body, size);
      }

      function finish(): void {
        const whole = body.subarray(0, size);
        if (status === 200) resolve(use(whole));
        else reject(refusal(status, whole));
        spare = body;
      }

      function attempt(step: () => void): true {
        try {
          step();
        } catch (error) {
          socket.destroy(error as Error);
        }
        return true;
      }

      reader.begin(
        {
          onInformation: () => undefined,
          onHead: (head) => ({ status } = head),
          onBody: append,
          onEnd() {
            finish();
            socket.destroy();
          },
        },
        false,
      );
      const socket = open(connection, {
        buffer: part,
        callback: (bytes) => attempt(() => reader.read(part.subarray(0, bytes))),
      });
      addAbortSignal(signal, socket);
      socket.on("end", () => attempt(() => void reader.close()));
      socket.on("error", reject).on("close", () => reject(new Closed()));
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostField(connection)}\r\nConnection: close\r\n\r\n`);
    });
}

interface OnRead {
  readonly buffer: Buffer;
  readonly callback: (bytes: number) => boolean;
}

/** Opens a connection of its own, because those of an agent belong to node:http. */
function open({ agent, options: { protocol, host = "", port }, socketPath }: Connection, onread: OnRead): Socket {
  if (socketPath !== undefined) return connect({ path: socketPath, onread });
  const to = { host, port: Number(port), onread };
  return protocol === "https"
    ? connectTls({
        ...(agent as https.Agent).options,
        ...to,
        path: undefined,
        servername: isIP(host) === 0 ? host : "",
      })
    : connect(to);
}

function hostField({ socketPath, target }: Connection): string {
  return socketPath === undefined ? target.slice("tcp://".length) : "localhost";
}

/** The same error as dockerode's, without its own texts for a status. */
function refusal(statusCode: number | undefined, body: Buffer): Error {
  return Object.assign(new Error(`the response has the status ${statusCode}`), { statusCode, json: parsed(body) });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

class Closed extends Error {
  readonly code = "ECONNRESET";
}

const READ_BYTES = 64 * 1024;
