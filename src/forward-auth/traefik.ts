import type { Front } from "./front.ts";
import { readForwarded } from "./read-forwarded.ts";

/** Traefik's forwardAuth, which relays whole responses, but times out after 30 s with an empty 500. */
export const TRAEFIK: Front = Object.freeze({
  name: "traefik",
  traits: Object.freeze({
    maxHoldMs: 25_000,
    seesTraffic: false,
    relaysSuccess: false,
    findsAddresses: true,
  }),
  // It requests the configured address unchanged, so a query is the administrator's.
  read: (req, path) => readForwarded(req, path, { query: true }),
  refusal: (answer) => answer,
} satisfies Front);
