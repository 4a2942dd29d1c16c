import { formatFault } from "../config/faults.ts";
import { configPath, createConfigSource } from "../config/source.ts";
import { askGateway } from "./ask-gateway.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "./command.ts";
import { explanationSchema, explanationText } from "./explanation-text.ts";
import { findContainers, inventorySchema } from "./find-containers.ts";
import { gatewayAddress } from "./gateway-address.ts";

/** `dag explain`: asks the running gateway. Returns 0, 1 (no answer, or nothing of that name) or 2 (faulty configuration). */
export const explain: Command = {
  summary: "says why a container is awake or asleep, and what would change that",
  details: [
    "Asks the running gateway: why the container is awake, why it is not stopped, when it will stop, what would wake it, and its last 20 changes with their reasons. HOST is matched as a request's host is, a whole address will do, and a group's name means all of its members.",
    "Port and credentials are read from the same configuration as the gateway's; GATEWAY_URL names another place.",
  ],
  options: { json: { summary: "prints one JSON document for each container instead" } },
  operands: [{ name: "HOST|NAME", required: true }],

  async run({ options, operands: [meant = ""] }, io) {
    const loaded = createConfigSource({ ...configPath(io.env), env: io.env }).load();
    if (!loaded.ok) {
      for (const fault of loaded.faults) io.stderr(`${formatFault(fault)}\n`);
      return EXIT_USAGE;
    }
    const address = gatewayAddress(loaded.config.gateway, io.env["GATEWAY_URL"]);
    if (typeof address === "string") {
      io.stderr(`dag explain: ${address}\n`);
      return EXIT_USAGE;
    }
    const names = findContainers(await askGateway(address, "/_status/api", inventorySchema), meant);
    if (typeof names === "string") {
      io.stderr(`dag explain: ${names}\n`);
      return EXIT_FAILURE;
    }
    for (const [index, name] of names.entries()) {
      const path = `/_status/explain?container=${encodeURIComponent(name)}`;
      const explanation = await askGateway(address, path, explanationSchema);
      const text = options["json"] === true ? `${JSON.stringify(explanation)}\n` : explanationText(explanation);
      io.stdout(index === 0 || options["json"] === true ? text : `\n${text}`);
    }
    return EXIT_OK;
  },
};
