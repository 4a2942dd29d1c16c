import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** The answer that has its turn on a client's connection and is not over; `undefined`: the connection is free. */
export function answerUnderWay(socket: Duplex): ServerResponse | undefined {
  // By node:http's own mark, for want of a public one; its own handling of broken requests looks there too.
  return (socket as { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}
