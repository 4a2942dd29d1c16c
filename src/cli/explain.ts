import { queryGateway } from "./query-gateway.ts";
import { type Command, EXIT_FAILURE, EXIT_OK } from "./command.ts";
import { explanationSchema, explanationText } from "./explanation-text.ts";
import { findContainers, inventorySchema } from "./find-containers.ts";
import { withGateway } from "./with-gateway.ts";

/**
 * `dag explain`, which requests an explanation from the running gateway. Returns 0, 1 (unreachable, or an unknown name)
 * or 2 (faulty configuration).
 */
export const explain: Command = {
  summary: "explains why a container is awake or asleep, and what would change that",
  details: [
    "Prints why the container is awake, why it is not stopped, when it will stop, what would wake it, and its last 20 changes with their reasons. HOST is matched like a request's host; a URL works as well, and a group's name means all its members.",
    "Port and credentials come from the gateway's configuration; GATEWAY_URL sets another address.",
  ],
  options: { json: { summary: "prints one JSON document per container instead" } },
  operands: [{ name: "HOST|NAME", required: true }],

  run: ({ options, operands: [wanted = ""] }, io) =>
    withGateway(io, "explain", async (address) => {
      const names = findContainers(await queryGateway(address, "/_status/api", inventorySchema), wanted);
      if (typeof names === "string") {
        io.stderr(`dag explain: ${names}\n`);
        return EXIT_FAILURE;
      }
      for (const [index, name] of names.entries()) {
        const path = `/_status/explain?container=${encodeURIComponent(name)}`;
        const explanation = await queryGateway(address, path, explanationSchema);
        const text = options["json"] === true ? `${JSON.stringify(explanation)}\n` : explanationText(explanation);
        io.stdout(index === 0 || options["json"] === true ? text : `\n${text}`);
      }
      return EXIT_OK;
    }),
};
