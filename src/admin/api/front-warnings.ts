import type { FrontReach } from "../../core/front-reach.ts";
import type { AuthRequestReason } from "../../core/auth-request-reason.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";

/** Warns if `when_awake: direct` has no effect, or if a stop waits for a front that does not respond. */
export function frontWarnings({ recall, forwarding }: WorkloadRecord, nowMs: number): string[] {
  const why = forwarding?.reason === undefined ? undefined : PERMANENT_REASONS[forwarding.reason];
  return [
    ...(recall !== undefined && recall.waitsOn.length > 0 && nowMs - recall.sinceMs > USUAL_POLL_MS
      ? [
          `Its stop waits for Traefik at ${recall.waitsOn.join(", ")}, which does not fetch /_provider/traefik any more: it would go on forwarding requests to a stopped app. Start that Traefik again, or end it.`,
        ]
      : []),
    ...(why === undefined
      ? []
      : [`when_awake: direct has no effect, Traefik sends an auth request before each request: ${why}`]),
  ];
}

const USUAL_POLL_MS = 5_000;

/** The permanent reasons. */
const PERMANENT_REASONS: Partial<Record<AuthRequestReason, string>> = {
  "through-gateway": "its traffic passes through the gateway.",
  ignore: "its ignore rules apply to each request.",
  "idle-signal": "its idle_signal is not traffic or connections, so no counter shows its activity.",
  "no-counters": "it has no network counters of its own.",
};

/** Describes how Traefik reaches it, for the status API. */
export function reachText(reach: FrontReach): string {
  switch (reach.by) {
    case "name":
      return `by its name: ${reach.host}:${reach.port} (Traefik shares a network with it)`;
    case "owner":
      return `by the name of the container whose network it uses: ${reach.host}:${reach.port}`;
    case "published":
      return `by its published port: ${reach.host}:${reach.port}`;
    case "host-network":
      return `on the host's network: ${reach.host}:${reach.port}`;
    case "gateway":
      return `through the gateway: ${THROUGH_GATEWAY[reach.why]}`;
  }
}

const THROUGH_GATEWAY = {
  configured: "as configured",
  unknown: "its addresses are not known yet",
  "front-elsewhere": "Traefik and the gateway run in different places, so no other address is known to be reachable",
  "no-network-in-common": "it shares no network with Traefik, and publishes no fixed port",
  "not-published": "it publishes no fixed port, and its name is not known outside of Docker",
} as const;
