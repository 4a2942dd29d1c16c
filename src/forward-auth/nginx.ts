import type { Front } from "./front.ts";
import { readForwarded } from "./read-forwarded.ts";

/** It replaces the body of a 401: ours is requested by `error_page` in a second request. */
const BARE = Object.freeze({
  status: 401,
  headers: Object.freeze(["Content-Length", "0", "Cache-Control", "no-store"]),
  body: Buffer.alloc(0),
});

/** nginx's auth_request: 2xx passes, 401 and 403 refuse, anything else becomes its own 500, as does 60 s of silence. */
export const NGINX: Front = Object.freeze({
  name: "nginx",
  traits: Object.freeze({
    maxHoldMs: 55_000,
    seesTraffic: false,
    relaysSuccess: false,
  }),
  // A `rewrite` without a `?` at the end adds the client's query to ours.
  read: (req, path) => readForwarded(req, path, { query: false }),
  refusal: () => BARE,
  bareRefusal: BARE,
} satisfies Front);

/**
 * The same at `/_auth/nginx/cached`: with the block of the guide, nginx sends one auth request a second for a ready
 * app.
 */
export const NGINX_CACHED: Front = Object.freeze({
  ...NGINX,
  read: (req, path) => readForwarded(req, path.slice(CACHED.length), { query: false }),
  reuseSeconds: 1,
} satisfies Front);

const CACHED = "/cached";

/** Returns which of the two handles what follows `/_auth/nginx`. */
export function nginxFront(path: string): Front {
  return path === CACHED || path.startsWith(`${CACHED}/`) ? NGINX_CACHED : NGINX;
}
