import { z } from "zod";
import { containerSchema } from "./container-schema.ts";
import { gatewaySchema } from "./gateway-schema.ts";
import { groupSchema } from "./group-schema.ts";

/** The whole configuration file. */
export const fileSchema = z.strictObject({
  gateway: gatewaySchema.prefault({}).describe("The gateway itself."),
  containers: z.array(containerSchema).prefault([]).describe("Containers that are configured here; labels add more."),
  groups: z.array(groupSchema).prefault([]).describe("Several containers behind one host."),
});
