import { type ErrorCode, STATUS_BY_CODE } from "../src/core/errors.ts";
import { table } from "./markdown-table.ts";

/** Generates docs/errors.md from the set of codes; a code without a text does not compile. */
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

These are responses of the gateway itself, not of your app. A browser gets a page; everything else gets \`application/problem+json\` (RFC 9457):

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

\`type\` ends with the code, whose meaning never changes. \`title\` and \`detail\` are for people and may change. \`retry_after_s\` repeats the \`Retry-After\` header in whole seconds. A failed wake also has \`reason\`, \`exit_code\` and, if logs may be shown, \`log\`. Every response of the gateway itself has the code in \`X-Gateway-Code\` (\`waking\` on the loading page), so that a monitor can distinguish it from the app's.`;

/** A short description of each code, and the details with what to do. */
const TEXTS: Readonly<Record<ErrorCode, readonly [short: string, text: string]>> = {
  "bad-request": [
    "the request cannot be understood",
    "Both `Content-Length` and `Transfer-Encoding`, two different lengths, an unreadable start line, or a parameter that an endpoint cannot read; behind a front proxy, a missing, doubled or invalid `X-Forwarded-Host`. The request is refused before anything is forwarded or woken. Fix the client; behind a front proxy, make sure that only one proxy sets the header.",
  ],
  "conflict-host": [
    "missing, doubled or contradictory host",
    "The request has no host, or two. Nothing is woken. Fix the client, or the proxy that adds the second one.",
  ],
  unauthorized: [
    "admin pages need a login",
    "A request for an admin page or endpoint lacks the credentials that `admin_auth` requires. `WWW-Authenticate` names the method.",
  ],
  forbidden: [
    "not allowed",
    "`/_auth/…` and `/_ask` answer only addresses in `trusted_proxies`. Admin actions such as a wake or stop are accepted only from programs and from pages of the same origin. On hosts outside `admin_hosts` the admin pages do not exist: you get a 404, or the app's response.",
  ],
  "unknown-host": [
    "no container has this host",
    "No container or group has this host. The gateway notices a new label within seconds; `dag explain HOST` shows what it knows about a host. The response names the received Host. If that is the gateway's own address, a proxy in front does not pass on the visitor's Host: `proxy_set_header Host $http_host;` in nginx, `ProxyPreserveHost On` in Apache. With forward-auth such a request passes instead.",
  ],
  "unknown-container": [
    "no container has this name",
    "A request to an endpoint of the gateway names a container that it does not manage.",
  ],
  "unknown-path": [
    "no such page of the gateway",
    "The path belongs to the gateway (`/_status/…`, `/_auth/…` and others), but the gateway has nothing there.",
  ],
  "method-not-allowed": ["this address accepts another method", "`Allow` names the methods that this address accepts."],
  "request-timeout": ["the request was too slow", "The client did not complete its request headers in time."],
  "stop-deletes": [
    "a stop would delete the container",
    "The container was started with `--rm`, so Docker deletes it when it stops. The gateway did nothing. `POST /_status/stop?container=NAME&confirm=delete`, `dag sleep NAME --delete` and the second click on the dashboard stop and delete it. It cannot be suspended: start it without `--rm`, or set `stop_method: pause`.",
  ],
  "rate-limited": [
    "too many requests",
    "The loading page's endpoints accept one request per second from each client address, and after ten wrong logins an address has to wait for the time in `Retry-After`. The loading page keeps to this by itself.",
  ],
  "headers-too-large": [
    "the request's headers are too large",
    "More than 64 KiB of request headers. Most often these are cookies: delete those of this site.",
  ],
  internal: [
    "a fault of the gateway",
    "This should not happen. Please report it, with the error that the log has at this time.",
  ],
  "wake-failed": [
    "the container could not be woken",
    "The container did not become ready. `reason` is one of `exited` (with `exit_code`), `oom`, `timeout` (`start_timeout`), `image` (it cannot be pulled), `unschedulable` (no node has room), `unhealthy`, `absent`, `dependency`, `network` (it uses the network of a container that was removed or recreated, and must be recreated as well), `tls` (it accepts only TLS: set `target_scheme: https`), `refused`, `engine`. After a failure a cool-down, longer each time, keeps requests from restarting a crash loop; it ends after `Retry-After`.",
  ],
  "upstream-failed": [
    "the app closed the connection",
    "The app accepted the request and then closed the connection, or its response was not valid HTTP. The app's own log may tell why.",
  ],
  asleep: [
    "asleep, and this client does not wake it",
    "The app is asleep, and this request does not wake it: an `ignore` rule matches (a monitor, a crawler), or it is a browser's prefetch. With `ignore.status` a monitor gets 200 or 204 instead, with the same code in `X-Gateway-Code`. If the last wake failed, the code is `wake-failed`.",
  ],
  offline: [
    "outside its schedule",
    "Outside the container's schedule. `Retry-After` is the time until its next start, if known.",
  ],
  suspended: [
    "suspended by an administrator",
    "An administrator suspended the container (`dag suspend`, or the dashboard), or one of its dependencies: nothing wakes it before the suspension ends. `Retry-After` is the time until then; `dag resume` ends it earlier. A container with `wake_after_stop: started` that somebody stopped has the same code until somebody starts it.",
  ],
  waking: [
    "waking now",
    "The app is starting, and this client is not held (`wake: page`) and gets no page. Try again after `Retry-After`.",
  ],
  "hold-timeout": [
    "not ready within `hold_timeout`",
    "The request waited for `hold_timeout` and was not forwarded; its body was not read. You can safely send it again.",
  ],
  "too-many-pending": [
    "too many requests are waiting already",
    "`max_pending` requests are waiting for this host, or for all hosts together. Nothing was forwarded.",
  ],
  "not-ready": [
    "the gateway cannot serve yet",
    "The gateway runs but cannot reach its engine (Docker). Awake apps stay reachable. The log has the reason; [Troubleshooting](troubleshooting.md#the-gateway-itself) has the most common ones.",
  ],
  draining: ["the gateway is shutting down", "The gateway is shutting down and accepts no new requests."],
};
