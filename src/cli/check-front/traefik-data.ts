import { z } from "zod";
import { orderedMiddleware } from "./order.ts";

const middleware = orderedMiddleware.extend({
  forwardAuth: z
    .looseObject({
      address: z.string(),
      trustForwardHeader: z.boolean().optional(),
      maxResponseBodySize: z.number().optional(),
    })
    .optional(),
  chain: z.looseObject({ middlewares: z.array(z.string()) }).optional(),
  redirectScheme: z.unknown().optional(),
  error: z.array(z.string()).optional(),
});

const router = z.looseObject({
  rule: z.string().default(""),
  middlewares: z.array(z.string()).default([]),
  service: z.string().default(""),
  priority: z.number().default(0),
  error: z.array(z.string()).optional(),
});

const service = z.looseObject({
  loadBalancer: z
    .looseObject({
      servers: z.array(z.looseObject({ url: z.string().optional() })).nullish(),
      healthCheck: z.unknown().optional(),
    })
    .optional(),
});

/** The part of Traefik's `/api/rawdata` that is read. */
export const traefikData = z.looseObject({
  routers: z.record(z.string(), router).default({}),
  middlewares: z.record(z.string(), middleware).default({}),
  services: z.record(z.string(), service).default({}),
});

/** The response of Traefik's `/api/version`. */
export const traefikVersion = z.looseObject({ Version: z.string() });

/** The configuration that a running Traefik reports. */
export type TraefikData = z.infer<typeof traefikData>;
/** A router with its name, which ends with `@` and its provider. */
export type Router = z.infer<typeof router> & { readonly name: string };
