import type { Front } from "./front.ts";
import { readForwarded } from "./read-forwarded.ts";

/** nginx replaces the body of a 401; its `error_page` gets ours with a second request. */
const BARE = Object.freeze({
  status: 401,
  headers: Object.freeze(["Content-Length", "0", "Cache-Control", "no-store"]),
  body: Buffer.alloc(0),
});

/**
 * nginx's auth_request: 2xx passes, 401 and 403 refuse; anything else, and 60 s of silence, becomes nginx's own 500.
 */
export const NGINX: Front = Object.freeze({
  name: "nginx",
  traits: Object.freeze({
    maxHoldMs: 55_000,
    seesTraffic: false,
    relaysSuccess: false,
  }),
  // A `rewrite` that does not end in `?` appends the client's query, which must not be used as an override.
  read: (req, path) => readForwarded(req, path, { query: false }),
  refusal: () => BARE,
  bareRefusal: BARE,
} satisfies Front);

/**
 * The same at `/_auth/nginx/cached`: with the configuration in the guide, nginx sends one auth request a second for a
 * ready app.
 */
export const NGINX_CACHED: Front = Object.freeze({
  ...NGINX,
  read: (req, path) => readForwarded(req, path.slice(CACHED.length), { query: false }),
  reuseSeconds: 1,
} satisfies Front);

const CACHED = "/cached";

/** Returns which of the two handles a path after `/_auth/nginx`. */
export function nginxFront(path: string): Front {
  return path === CACHED || path.startsWith(`${CACHED}/`) ? NGINX_CACHED : NGINX;
}
