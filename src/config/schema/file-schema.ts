import { z } from "zod";
import { containerSchema } from "./container-schema.ts";
import { dockerSchema } from "./docker-schema.ts";
import { gatewaySchema } from "./gateway-schema.ts";
import { groupSchema } from "./group-schema.ts";
import { kubernetesSchema } from "./kubernetes-schema.ts";

/** The whole configuration file. */
export const fileSchema = z.strictObject({
  gateway: gatewaySchema.prefault({}).describe("The gateway itself."),
  containers: z.array(containerSchema).prefault([]).describe("Containers that are configured here; labels add more."),
  docker: dockerSchema
    .prefault([])
    .describe("Docker hosts: in addition to `DOCKER_HOST`, or a name for that one. Not reloaded."),
  kubernetes: kubernetesSchema.prefault({}).describe("The cluster whose Deployments and StatefulSets are managed."),
  groups: z.array(groupSchema).prefault([]).describe("Several containers behind one host."),
});
