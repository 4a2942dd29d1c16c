import type { Front } from "./front.ts";
import { readForwarded } from "./read-forwarded.ts";

/** What it makes of a 401 is its own body: ours is fetched by `error_page` in a second request. */
const BARE = Object.freeze({
  status: 401,
  headers: Object.freeze(["Content-Length", "0", "Cache-Control", "no-store"]),
  body: Buffer.alloc(0),
});

/** nginx's auth_request: 2xx passes, 401 and 403 refuse, anything else becomes its own 500, and so does 60 s of silence. */
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

/** The same, asked at `/_auth/nginx/cached`: with the guide's block, nginx asks about a ready app once a second. */
export const NGINX_CACHED: Front = Object.freeze({
  ...NGINX,
  read: (req, path) => readForwarded(req, path.slice(CACHED.length), { query: false }),
  reuseSeconds: 1,
} satisfies Front);

const CACHED = "/cached";

/** The one of the two that answers what follows `/_auth/nginx`. */
export function nginxFront(path: string): Front {
  return path === CACHED || path.startsWith(`${CACHED}/`) ? NGINX_CACHED : NGINX;
}
