import { z } from "zod";
import type { Settings } from "../../core/settings.ts";
import { createTranslate } from "../../respond/language.ts";
import { askGateway } from "../ask-gateway.ts";
import { type Finding, missing, note } from "./finding.ts";
import { gatewayAddress } from "../gateway-address.ts";

const seenPeers = z.object({ untrusted_proxies: z.array(z.string()) });

/** Finds the proxies that the running gateway has seen and does not trust. `url` is GATEWAY_URL. */
export async function findPeers({ gateway }: Settings, url: string | undefined): Promise<Finding[]> {
  const address = gatewayAddress(gateway, url);
  if (typeof address === "string") return [note(address)];
  try {
    const { untrusted_proxies: peers } = await askGateway(address, "/_status/api", seenPeers);
    return peers.map((peer) => missing(createTranslate("en")("dash.untrustedPeer", { address: peer })));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return [note(`which proxies it has met was not to be learned from the running gateway: ${cause}`)];
  }
}
