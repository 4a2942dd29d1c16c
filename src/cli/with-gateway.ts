import { formatFault } from "../config/check/faults.ts";
import { configPath, createConfigSource } from "../config/parse/source.ts";
import { EXIT_USAGE, type Io } from "./command.ts";
import { gatewayAddress, type GatewayAddress } from "./gateway-address.ts";

/** Runs a command with the gateway of `GATEWAY_URL` or this configuration; returns 2 if the configuration is faulty. */
export async function withGateway(
  io: Io,
  command: string,
  act: (address: GatewayAddress) => Promise<number>,
): Promise<number> {
  const loaded = createConfigSource({ ...configPath(io.env), env: io.env }).load();
  if (!loaded.ok) {
    for (const fault of loaded.faults) io.stderr(`${formatFault(fault)}\n`);
    return EXIT_USAGE;
  }
  const address = gatewayAddress(loaded.config.gateway, io.env["GATEWAY_URL"]);
  if (typeof address !== "string") return act(address);
  io.stderr(`dag ${command}: ${address}\n`);
  return EXIT_USAGE;
}
