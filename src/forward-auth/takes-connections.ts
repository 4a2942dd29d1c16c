import { connect } from "node:net";

/** The usual ports of Traefik; the real ones are unknown. */
const PORTS = [80, 443, 8080];
/** Longer than the 3 s after which Linux reports that a neighbour does not exist. */
const PATIENCE_MS = 4_000;

/**
 * The result of connections to an address. `mute`: accepted, but no answer, as with a frozen process, for which the
 * kernel accepts; `alive`: something answers; `refused`: the machine exists, but nothing listens; `unreachable`: there
 * is no such machine; `unknown`: no reaction.
 */
export type Presence = "mute" | "alive" | "refused" | "unreachable" | "unknown";

/** Determines what is at an address. */
export async function takesConnections(address: string, ports: readonly number[] = PORTS): Promise<Presence> {
  const answers = await Promise.all(ports.map((port) => tryPort(address, port)));
  return (["mute", "alive", "unknown", "refused"] as const).find((one) => answers.includes(one)) ?? "unreachable";
}

/** A TLS port answers this as well: with an alert, or in plain text. */
const QUESTION = "HEAD / HTTP/1.1\r\nHost: gateway.invalid\r\nConnection: close\r\n\r\n";

function tryPort(host: string, port: number): Promise<Presence> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let isTaken = false;
    const end = (presence: Presence): void => {
      socket.destroy();
      resolve(presence);
    };
    socket.setTimeout(PATIENCE_MS, () => end(isTaken ? "mute" : "unknown"));
    socket.once("connect", () => {
      isTaken = true;
      socket.write(QUESTION);
    });
    socket.once("data", () => end("alive")).once("end", () => end("alive"));
    socket.on("error", ({ code = "" }: NodeJS.ErrnoException) =>
      end(isTaken ? "alive" : code === "ECONNREFUSED" ? "refused" : UNREACHABLE.has(code) ? "unreachable" : "unknown"),
    );
  });
}

const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"]);
