import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** More than the hops from a client to the gateway, to an app, and back. */
const ROUNDS = 10;

/**
 * Resolves when everything that was sent on connections within this process has been read and answered, which is so
 * when a byte that was sent later has made some round trips. It does not depend on time, and so works on a slow
 * machine.
 */
export async function delivered(): Promise<void> {
  const server = createServer((socket) => void socket.pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  for (let round = 0; round < ROUNDS; round += 1) {
    socket.write("?");
    await once(socket, "data");
  }
  socket.destroy();
  server.close();
  await once(server, "close");
}
