import { type ErrorCode, STATUS_BY_CODE } from "../src/core/errors.ts";
import { table } from "./markdown-table.ts";

/** docs/errors.md, from the closed set of codes; one without a text does not compile. */
export function generate(): Record<string, string> {
  const codes = Object.keys(STATUS_BY_CODE) as ErrorCode[];
  const rows = codes.map((code) => [`\`${code}\``, String(STATUS_BY_CODE[code]), TEXTS[code][0]]);
  const sections = codes.map((code) => `### ${code}\n\n${TEXTS[code][1]}`);
  const text = `<!-- Made from src/core/errors.ts by \`npm run generate\`; edits here are overwritten. -->

${HEAD}

${table(["code", "status", "in short"], rows)}

${sections.join("\n\n")}
`;
  return { "docs/errors.md": text };
}

const HEAD = `# Error codes

What the gateway answers by itself, as opposed to what your app answers. A browser gets a page; everything else gets \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "urn:docker-awakening-gateway:error:hold-timeout",
  "title": "Not ready in time",
  "status": 503,
  "detail": "The app did not become ready while this request was waiting. Try again.",
  "code": "hold-timeout",
  "container": "jellyfin",
  "retry_after_s": 5
}
\`\`\`

\`type\` ends with the code, which never changes its meaning. \`title\` and \`detail\` are for people and may be reworded. \`retry_after_s\` is the \`Retry-After\` header once more, in whole seconds. A failed wake also has \`reason\`, \`exit_code\` and, where logs may be shown, \`log\`. Every answer of the gateway's own carries the code as \`X-Gateway-Code\` (\`waking\` on the loading page), so that a monitor can tell it from the app's.`;

/** In short, and what to do about it. */
const TEXTS: Readonly<Record<ErrorCode, readonly [short: string, text: string]>> = {
  "bad-request": [
    "the request cannot be understood",
    "Both `Content-Length` and `Transfer-Encoding`, two different lengths, an unreadable start line, or a parameter that an endpoint cannot read; behind a front proxy, a missing, doubled or invalid `X-Forwarded-Host`. Refused before anything is forwarded or woken. Mend the client; behind a front, see that one proxy sets the header.",
  ],
  "conflict-host": [
    "missing, doubled or contradictory host",
    "The request has no host, or two. Nothing is woken. Mend the client, or the proxy that adds the second one.",
  ],
  unauthorized: [
    "admin pages need a login",
    "An admin page or endpoint was asked without the credentials that `admin_auth` requires. `WWW-Authenticate` names the method.",
  ],
  forbidden: [
    "not allowed from there",
    "`/_auth/…` and `/_ask` answer only addresses in `trusted_proxies`, and a wake or stop is done only for programs and for pages of the same origin. On other hosts than `admin_hosts` the admin pages do not exist: that is a 404, or the app's own answer.",
  ],
  "unknown-host": [
    "no container has this host",
    "No container or group has this host. A new label is seen within seconds; `dag explain HOST` says what the gateway knows of a host. The answer names the Host that came. If that is the gateway's own address, a proxy in front of it does not pass on the host that visitors asked for: `proxy_set_header Host $http_host;` in nginx, `ProxyPreserveHost On` in Apache. In forward-auth mode such a request is passed on instead.",
  ],
  "unknown-container": [
    "no container has this name",
    "An internal endpoint was asked about a container that the gateway does not manage.",
  ],
  "unknown-path": [
    "no such page of the gateway",
    "A path below the gateway's reserved ones (`/_…`) that does not exist.",
  ],
  "method-not-allowed": ["this address takes another method", "`Allow` names the methods that this address takes."],
  "request-timeout": ["the request came too slowly", "The client did not finish its request headers in time."],
  "stop-deletes": [
    "a stop would delete the container",
    "The container was started with `--rm`, so that Docker deletes it when it stops. Nothing was done. `POST /_status/stop?container=NAME&confirm=delete`, `dag sleep NAME --delete` and the second click on the dashboard stop and delete it. It cannot be suspended: start it without `--rm`, or set `stop_method: pause`.",
  ],
  "rate-limited": [
    "too many requests",
    "The loading page's endpoints take one request a second from each client address, and after ten wrong credentials for the admin pages an address has to wait. `Retry-After` says how long; the page keeps to it by itself.",
  ],
  "headers-too-large": [
    "the request's headers are too large",
    "More than 64 KiB of request headers, most often cookies.",
  ],
  internal: [
    "a fault of the gateway",
    "Should not happen. The log has the details under the same time; please report it.",
  ],
  "wake-failed": [
    "the container could not be woken",
    "The container did not become ready. `reason` is one of `exited` (with `exit_code`), `oom`, `timeout` (`start_timeout`), `unhealthy`, `absent`, `dependency`, `network` (it uses the network of a container that was removed or created anew, and must be created anew as well), `tls` (it speaks TLS only: set `target_scheme: https`), `refused`, `engine`. After a failure a cool-down, longer each time, keeps requests from restarting a crash loop: `Retry-After` is its end.",
  ],
  "upstream-failed": [
    "the app broke the connection",
    "The app accepted the request and then broke the connection, or answered something that is not HTTP.",
  ],
  asleep: [
    "asleep, and this client does not wake it",
    "The app sleeps, and this client does not wake it: a rule under `ignore` matches (a monitor, a crawler), or it is a browser's prefetch, which comes before anybody has followed the link. With `ignore.status` a monitor gets 200 or 204 instead, with the same code in `X-Gateway-Code`. If the last wake failed, that is said instead.",
  ],
  offline: [
    "outside its schedule",
    "Outside the container's schedule. `Retry-After` is the time to its next start, where one is known.",
  ],
  suspended: [
    "suspended by an administrator",
    "Somebody has suspended the container (`dag suspend`, or the dashboard), or something that it needs: nothing wakes it before that ends. `Retry-After` is the time until then; `dag resume` ends it sooner. The same code says that a container with `wake_after_stop: started` was stopped by somebody and stays so until somebody starts it.",
  ],
  waking: [
    "waking now",
    "It is starting, and this client neither waits (`wake: page`) nor gets a page. Ask again after `Retry-After`.",
  ],
  "hold-timeout": [
    "not ready within `hold_timeout`",
    "The request waited `hold_timeout` and was not forwarded; its body was not read. It is safe to send it again.",
  ],
  "too-many-pending": [
    "too many requests are waiting already",
    "`max_pending` requests are waiting for this host, or for all hosts together. Nothing was forwarded.",
  ],
  "not-ready": [
    "the gateway cannot serve yet",
    "The gateway runs but cannot reach its engine (Docker) yet. Apps that are awake stay reachable.",
  ],
  draining: ["the gateway is shutting down", "The gateway is being stopped and takes no new requests."],
};
