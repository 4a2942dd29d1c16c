import { connect } from "node:tls";
import type { Endpoint } from "../core/observation.ts";
import { isTlsAlert } from "./probe-error.ts";

/** Reports whether a server accepts a TLS handshake, or refuses it with a TLS alert. */
export function speaksTls({ host, port }: Endpoint, done: (speaks: boolean) => void): () => void {
  const socket = connect({ host, port, rejectUnauthorized: false });
  const settle = (speaks: boolean): void => {
    socket.removeAllListeners().on("error", ignore).destroy();
    done(speaks);
  };
  socket.once("secureConnect", () => settle(true));
  socket.once("error", (error) => settle(isTlsAlert(error)));
  socket.once("close", () => settle(false));
  return () => socket.removeAllListeners().on("error", ignore).destroy();
}

function ignore(): void {}
