import { z } from "zod";
import { queryGateway } from "./query-gateway.ts";
import { type Command, EXIT_OK } from "./command.ts";
import { containerLines, containerSchema } from "./container-lines.ts";
import { withGateway } from "./with-gateway.ts";

const statusSchema = z.object({ containers: z.array(containerSchema) });

/**
 * `dag list`, which lists the containers of the running gateway. Returns 0, 1 (unreachable) or 2 (faulty
 * configuration).
 */
export const list: Command = {
  summary: "lists the containers of the running gateway, with their states",
  details: ["With --json, prints the containers of /_status/api as an array."],
  options: { json: { summary: "prints one JSON array instead" } },

  run: ({ options }, io) =>
    withGateway(io, "list", async (address) => {
      const { containers } = await queryGateway(address, "/_status/api", statusSchema);
      io.stdout(options["json"] === true ? `${JSON.stringify(containers)}\n` : containerLines(containers));
      return EXIT_OK;
    }),
};
