import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { inspect } from "node:util";
import { isInCluster, inClusterConnection, tokenFromFile } from "./connection.ts";
import { readKubeconfig } from "./kubeconfig.ts";

test("a kubeconfig gives address, authority and token of the named context, or else of the current one", async (t) => {
  const directory = temporary(t);
  writeFileSync(path.join(directory, "ca.crt"), "authority");
  const file = write(directory, {
    "current-context": "b",
    contexts: [
      { name: "a", context: { cluster: "one", user: "cert" } },
      { name: "b", context: { cluster: "two", user: "token" } },
    ],
    clusters: [
      { name: "one", cluster: { server: "https://one:6443", "certificate-authority": "ca.crt" } },
      { name: "two", cluster: { server: "https://two/prefix", "insecure-skip-tls-verify": true } },
    ],
    users: [
      { name: "cert", user: { "client-certificate-data": base64("cert"), "client-key-data": base64("key") } },
      { name: "token", user: { token: "secret" } },
    ],
  });
  const [a, b] = [await readKubeconfig({ file, context: "a" }), await readKubeconfig({ file, context: "" })];
  assert.equal(a.url.href, "https://one:6443/");
  assert.deepEqual(
    [a.tls.ca, a.tls.cert, a.tls.key],
    ["authority", "cert", "key"].map((pem) => Buffer.from(pem)),
  );
  assert.equal(a.token(), undefined);
  assert.equal(b.url.href, "https://two/prefix");
  assert.equal(b.tls.rejectUnauthorized, false);
  assert.equal(b.token(), "secret");
});

const broken: readonly [string, object, RegExp][] = [
  ["no context", { contexts: [] }, /has no current-context: set kubernetes.context/],
  ["a context that is missing", { "current-context": "x" }, /has no context "x"/],
  ["a server that is no address", one({ server: "localhost" }, { token: "t" }), /cluster.server must be an http/],
  [
    "a login by a program",
    one({}, { exec: { command: "aws" } }),
    /login by exec \(aws\) is not supported: use a client/,
  ],
  ["a login by OIDC", one({}, { "auth-provider": { name: "oidc" } }), /login by oidc is not supported/],
  ["a certificate that is missing", one({ "certificate-authority": "none.crt" }, { token: "t" }), /none\.crt/],
];

for (const [what, document, message] of broken) {
  test(`a kubeconfig with ${what} is refused, and the message names the file`, async (t) => {
    const file = write(temporary(t), document);
    await assert.rejects(readKubeconfig({ file, context: "" }), (error: Error) => {
      return message.test(error.message) && error.message.startsWith(`kubeconfig ${file}: `);
    });
  });
}

const SECRET = "eyJhbGciOiJub25lIn0";
const unreadable = [
  `users:\n- user:\n    token: "${SECRET}\n`,
  `users:\n- user:\n    token: ${SECRET}: x\n`,
  `token: |${SECRET}\n`,
  `token: *${SECRET}\n`,
  `token: !x!${SECRET} b\n`,
  `token: !${SECRET} b\n`,
];

for (const text of unreadable) {
  test(`no log quotes the token of a kubeconfig that is no YAML: ${JSON.stringify(text)}`, async (t) => {
    const file = path.join(temporary(t), "config");
    writeFileSync(file, text);
    const printed = t.mock.method(process, "emitWarning", () => undefined);
    await assert.rejects(readKubeconfig({ file, context: "" }), (error: Error) => {
      return error.message.startsWith(`kubeconfig ${file}: `) && !inspect(error).includes(SECRET);
    });
    assert.equal(printed.mock.callCount(), 0);
  });
}

test("a kubeconfig that is not YAML is refused with the line of the fault", async (t) => {
  const file = path.join(temporary(t), "config");
  writeFileSync(file, "a: 1\nb: c: d\n");
  const message = `kubeconfig ${file}: is not valid YAML at line 2, column 4 (BLOCK_AS_IMPLICIT_KEY)`;
  await assert.rejects(readKubeconfig({ file, context: "" }), { message });
});

test("a pod finds its API server by its service account, and reads its token again after a minute", (t) => {
  const directory = temporary(t);
  const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443" };
  assert.equal(isInCluster(env, directory), false);
  writeFileSync(path.join(directory, "ca.crt"), "authority");
  writeFileSync(path.join(directory, "token"), "first\n");
  assert.equal(isInCluster(env, directory), true);
  assert.equal(isInCluster({}, directory), false);
  assert.equal(inClusterConnection(env, directory).url.href, "https://[fd00::1]:6443/");

  let now = 0;
  const token = tokenFromFile(path.join(directory, "token"), () => now);
  assert.equal(token(), "first");
  writeFileSync(path.join(directory, "token"), "second\n");
  assert.equal(token(), "first");
  now = 61_000;
  assert.equal(token(), "second");
  rmSync(path.join(directory, "token"));
  now = 130_000;
  assert.equal(token(), "second");
});

function one(cluster: object, user: object): object {
  return {
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "https://c", ...cluster } }],
    users: [{ name: "u", user }],
  };
}

function write(directory: string, document: object): string {
  const file = path.join(directory, "config");
  writeFileSync(file, JSON.stringify(document));
  return file;
}

function temporary(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), "dag-kubeconfig-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
