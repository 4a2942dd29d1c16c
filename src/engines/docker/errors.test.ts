import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { readConnection } from "./connection.ts";
import { toEngineError } from "./errors.ts";

const socket = readConnection({ DOCKER_HOST: "unix:///no/docker.sock" });
const remote = readConnection({ DOCKER_HOST: "tcp://far:2375" });

const unreached: [code: string, says: RegExp][] = [
  ["ENOENT", /no Docker socket at \/no\/docker\.sock: start Docker, mount the socket .* or set DOCKER_HOST/],
  ["ECONNREFUSED", /Nothing listens at .*: start Docker/],
  ["EACCES", /No permission to use \/no\/docker\.sock/],
  ["ENOTFOUND", /host name in DOCKER_HOST/],
  ["ECONNRESET", /closed the connection/],
  ["ABORT_ERR", /did not answer within 10 s/],
  ["CERT_HAS_EXPIRED", /TLS with .* failed .*DOCKER_CERT_PATH/],
  ["EHOSTUNREACH", /cannot be reached: no route/],
];

for (const [code, says] of unreached) {
  test(`${code} is unreachable, with what to do`, () => {
    const error = toEngineError(Object.assign(new Error("no route"), { code }), socket, 10_000);
    assert.equal(error.code, "unreachable");
    assert.match(error.message, says);
  });
}

const answered: [rule: string, status: number, message: string, code: string, says: RegExp][] = [
  ["no such container is absent", 404, "No such container: app", "absent", /app/],
  ["Podman's words for it too", 404, `no container with name or ID "app" found: no such container`, "absent", /app/],
  ["one that is being removed", 409, "container is marked for removal and cannot be started", "absent", /removal/],
  ["a missing network is none of that", 404, "network shop not found", "refused", /network shop not found/],
  [
    "a refused start keeps Docker's words",
    500,
    "driver failed programming external connectivity",
    "refused",
    /^driver failed/,
  ],
  ["a call that Podman does not have is not a missing container", 404, "", "refused", /does not support this call/],
  ["a socket proxy's no", 403, "", "refused", /socket proxy/],
  [
    "a Docker that is being shut down",
    500,
    "failed to update store for object type *libnetwork.endpoint: open : no such file or directory",
    "unreachable",
    /is being shut down/,
  ],
  ["a socket proxy without a Docker", 503, "", "unreachable", /503/],
];

for (const [rule, statusCode, message, code, says] of answered) {
  test(rule, () => {
    const cause = Object.assign(new Error("(HTTP code)"), { statusCode, reason: "server error", json: { message } });
    const error = toEngineError(cause, remote, 10_000);
    assert.equal(error.code, code);
    assert.match(error.message, says);
    assert.equal(error.cause, cause);
  });
}

test("a forbidden socket's group is named", (t) => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "dag-sock-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const connection = readConnection({ DOCKER_HOST: `unix://${dir}` });
  const error = toEngineError(Object.assign(new Error("denied"), { code: "EACCES" }), connection, 10_000);
  assert.ok(error.message.includes(`--group-add ${statSync(dir).gid}`), error.message);
});

test("a Docker that wants TLS says so as plain text", () => {
  const said = "Client sent an HTTP request to an HTTPS server.";
  const cause = new Error(`(HTTP code 400) unexpected - ${said}\n `);
  const error = toEngineError(Object.assign(cause, { statusCode: 400, json: Buffer.from(said) }), remote, 10_000);
  assert.equal(error.code, "unreachable");
  assert.match(error.message, /DOCKER_TLS_VERIFY/);
});
