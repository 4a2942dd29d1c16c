import { connect } from "node:net";

/** Where a Traefik listens, as a rule; which port it really is nobody says. */
const PORTS = [80, 443, 8080];
/** Linux says after 3 s that a neighbour does not exist. */
const PATIENCE_MS = 4_000;

/**
 * Whether anything at an address takes connections. `refused`: the machine is there, but nothing listens; `unreachable`: nor
 * is the machine; `unknown`: it is silent.
 */
export async function takesConnections(address: string): Promise<"yes" | "refused" | "unreachable" | "unknown"> {
  const answers = await Promise.all(PORTS.map((port) => tryPort(address, port)));
  return (["yes", "unknown", "refused"] as const).find((one) => answers.includes(one)) ?? "unreachable";
}

function tryPort(host: string, port: number): Promise<"yes" | "refused" | "unreachable" | "unknown"> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("silent")));
    socket.once("connect", () => {
      socket.destroy();
      resolve("yes");
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code === "ECONNREFUSED" ? "refused" : UNREACHABLE.has(code ?? "") ? "unreachable" : "unknown"),
    );
  });
}

const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"]);
