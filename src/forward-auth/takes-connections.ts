import { connect } from "node:net";

/** Where a Traefik listens, as a rule; which port it really is nobody says. */
const PORTS = [80, 443, 8080];
/** Linux says after 3 s that a neighbour does not exist. */
const PATIENCE_MS = 4_000;

/**
 * What connections to an address meet. `mute`: something takes them and says nothing, as a process that is frozen does, whose
 * kernel accepts for it; `alive`: something answers; `refused`: the machine is there, but nothing listens; `unreachable`: nor is the
 * machine; `unknown`: it is silent.
 */
export type Presence = "mute" | "alive" | "refused" | "unreachable" | "unknown";

/** Finds out what is at an address. */
export async function takesConnections(address: string, ports: readonly number[] = PORTS): Promise<Presence> {
  const answers = await Promise.all(ports.map((port) => tryPort(address, port)));
  return (["mute", "alive", "unknown", "refused"] as const).find((one) => answers.includes(one)) ?? "unreachable";
}

/** To TLS as well this is something to be answered: by an alert, or in plain words. */
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
