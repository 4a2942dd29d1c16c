import type { Front } from "./front.ts";
import { readForwarded } from "./read-forwarded.ts";

/** Caddy's forward_auth, which relays whole responses and has no timeout. */
export const CADDY: Front = Object.freeze({
  name: "caddy",
  traits: Object.freeze({
    maxHoldMs: Number.POSITIVE_INFINITY,
    seesTraffic: false,
    relaysSuccess: false,
  }),
  // Unless its `uri` ends in `?`, Caddy appends the client's query, which must not be used as an override.
  read: (req, path) => readForwarded(req, path, { query: false }),
  refusal: (answer) => answer,
} satisfies Front);
