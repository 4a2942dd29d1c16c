import { createAsk } from "./forward-auth/ask.ts";
import { createAwaitForwarding } from "./forward-auth/await-forwarding.ts";
import { type Forwardings, settleForwarding } from "./forward-auth/forwarding.ts";
import { createFrontNetworks } from "./forward-auth/front-networks.ts";
import { createFrontReaches } from "./forward-auth/front-reaches.ts";
import { placeOf } from "./forward-auth/place-of.ts";
import type { TraefikPolls } from "./forward-auth/traefik-polls.ts";
import { createTraefikProvider } from "./forward-auth/traefik-provider.ts";
import type { Lifecycle } from "./lifecycle/lifecycle.ts";
import { notify } from "./lifecycle/workload/notify.ts";
import type { Responder } from "./respond/responder.ts";
import type { ExtraEndpoint } from "./web/extra-endpoint.ts";

/** Creates the endpoints for front proxies, except that for auth requests. */
export function createFrontEndpoints(deps: {
  readonly lifecycle: Lifecycle;
  readonly polls: TraefikPolls;
  readonly responder: () => Responder;
  readonly isTrusted: (address: string) => boolean;
}): readonly ExtraEndpoint[] {
  const { lifecycle, polls, responder, isTrusted } = deps;
  const { routes, settings, enginesUp, records, context } = lifecycle;
  const [reaches, networks] = [createFrontReaches(), createFrontNetworks(context.clock)];
  const forwarding = (address: string): Forwardings =>
    settleForwarding({ context, records, reaches, networks }, settings(), placeOf(address));
  const areLoading = (): boolean => reaches.areLoading() || networks.areLoading();
  return [
    {
      path: "/_provider/traefik",
      access: "admin-or-trusted",
      handle: createTraefikProvider({
        settings,
        enginesUp,
        responder,
        isTrusted,
        forwarding,
        awaitForwarding: createAwaitForwarding({ context, records, settle: forwarding, areLoading }),
        noteFetch(socket, userAgent) {
          polls.note(socket, userAgent);
          for (const record of records.values()) if (record.recall !== undefined) notify(record.signals);
        },
      }),
    },
    { path: "/_ask", access: "trusted", handle: createAsk({ routes, responder }) },
  ];
}
