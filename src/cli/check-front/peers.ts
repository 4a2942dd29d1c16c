import { z } from "zod";
import type { Settings } from "../../core/settings.ts";
import { createTranslate } from "../../respond/language.ts";
import { queryGateway } from "../query-gateway.ts";
import { type Finding, missing, note, ok } from "./finding.ts";
import { gatewayAddress } from "../gateway-address.ts";

const status = z.object({
  untrusted_proxies: z.array(z.string()),
  containers: z.array(
    z.object({
      name: z.string(),
      traefik: z.object({ reached: z.string(), asked: z.boolean() }).nullish(),
      warnings: z.array(z.string()).default([]),
    }),
  ),
});

/**
 * Reads from the running gateway which proxies it does not trust, and how Traefik reaches each container. `url` is
 * GATEWAY_URL.
 */
export async function findPeers({ gateway }: Settings, url: string | undefined, front: string): Promise<Finding[]> {
  const address = gatewayAddress(gateway, url);
  if (typeof address === "string") return [note(address)];
  try {
    const { untrusted_proxies: peers, containers } = await queryGateway(address, "/_status/api", status);
    return [
      ...peers.map((peer) => missing(createTranslate("en")("dash.untrustedPeer", { address: peer }))),
      ...(front === "traefik" ? containers.flatMap(ofContainer) : []),
    ];
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return [note(`cannot read the untrusted proxies from the running gateway: ${cause}`)];
  }
}

function ofContainer({ name, traefik, warnings }: z.infer<typeof status>["containers"][number]): Finding[] {
  if (traefik == null) return [];
  return [
    ok(`${name}: Traefik reaches it ${traefik.reached}${traefik.asked ? "" : "; no auth requests while it is awake"}`),
    ...warnings.filter((warning) => warning.includes("Traefik")).map((warning) => note(`${name}: ${warning}`)),
  ];
}
