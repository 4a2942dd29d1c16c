import type { Front } from "./front.ts";
import { readForwarded } from "./read-forwarded.ts";

/** Caddy's forward_auth: it relays whole responses and waits as long as needed. */
export const CADDY: Front = Object.freeze({
  name: "caddy",
  traits: Object.freeze({
    maxHoldMs: Number.POSITIVE_INFINITY,
    seesTraffic: false,
    relaysSuccess: false,
  }),
  // Without a `?` at the end of its `uri` it adds the client's query to ours.
  read: (req, path) => readForwarded(req, path, { query: false }),
  refusal: (answer) => answer,
} satisfies Front);
