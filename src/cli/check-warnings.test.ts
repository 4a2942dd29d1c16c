import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runCommand } from "../../test/support/cli.ts";
import { createCheck } from "./check.ts";

type Env = Readonly<Record<string, string>>;

/** Runs `dag check` on a configuration in a folder with these files; `DIR` stands for the folder. */
async function check(t: TestContext, text: string, { env = {}, files = {} }: { env?: Env; files?: Env } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dag-warnings-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, "base.css-is-a-folder", "base.css"), { recursive: true });
  const place = (given: string) => given.replaceAll("DIR", folder);
  writeFileSync(join(folder, "config.yaml"), place(text));
  const command = createCheck({ inventory: () => assert.fail("nobody asked for Docker") });
  const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, place(value)]));
  const { code, stderr } = await runCommand(command, [join(folder, "config.yaml")], given);
  return { code, stderr: stderr.replaceAll(folder, "DIR") };
}

const ignored: readonly [variable: string, value: string, warning: RegExp][] = [
  [
    "LOG_LEVEL",
    "verbose",
    /^warning: LOG_LEVEL must be one of debug, info, warn, error, silent \(got "verbose"\); using info$/m,
  ],
  [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "collector:4318",
    /^warning: OTEL_EXPORTER_OTLP_ENDPOINT must be an http:\/\/ or https:\/\/ address/m,
  ],
  ["GATEWAY_URL", "gateway:8080", /^warning: GATEWAY_URL must be an http:\/\/ or https:\/\/ address$/m],
];
for (const [variable, value, warning] of ignored) {
  test(`dag check warns of ${variable}=${value}, which the gateway does not use`, async (t) => {
    const { code, stderr } = await check(t, "", { env: { [variable]: value } });
    assert.match(stderr, warning);
    assert.equal(code, 0);
  });
}

const refused: readonly [what: string, env: Env, text: string, fault: RegExp][] = [
  ["DOCKER_HOST=ssh://nas", { DOCKER_HOST: "ssh://nas" }, "", /^DOCKER_HOST is "ssh:\/\/nas": use unix:\/\//m],
  [
    "a missing DOCKER_CERT_PATH",
    { DOCKER_HOST: "tcp://nas:2376", DOCKER_CERT_PATH: "DIR/none" },
    "",
    /^DOCKER_CERT_PATH is "DIR\/none": ENOENT/m,
  ],
  [
    "a missing certificate of a Docker host",
    {},
    "docker: [{name: nas, host: 'tcp://nas:2376', tls: {ca: DIR/none.pem}}]",
    /^docker "nas": tls names "DIR\/none.pem": ENOENT/m,
  ],
];
for (const [what, env, text, fault] of refused) {
  test(`dag check refuses ${what}, with which the gateway does not start`, async (t) => {
    const { code, stderr } = await check(t, text, { env });
    assert.match(stderr, fault);
    assert.equal(code, 2);
  });
}

const app = "{name: app, host: a.test";
const pages: readonly [what: string, text: string, files: Env, warning: RegExp][] = [
  [
    "an unknown icon",
    `containers: [${app}, icon: nosuchicon}]`,
    {},
    /container "app": icon "nosuchicon" is not a simple-icons slug/,
  ],
  [
    "a missing logo",
    `gateway: {templates_dir: DIR}\ncontainers: [${app}, logo: none.png}]`,
    {},
    /container "app": logo "none.png" is not shown/,
  ],
  [
    "a missing templates_dir",
    "gateway: {templates_dir: DIR/none}",
    {},
    /templates_dir cannot be read, the built-in pages are used: ENOENT/,
  ],
  [
    "a file as templates_dir",
    "gateway: {templates_dir: DIR/config.yaml}",
    {},
    /templates_dir cannot be read, the built-in pages are used: ENOTDIR/,
  ],
  [
    "a template that cannot be compiled",
    "gateway: {templates_dir: DIR}",
    { "failed.html": "{% if %}" },
    /templates_dir: failed.html is broken/,
  ],
  [
    "a template without its base",
    "gateway: {templates_dir: DIR}",
    { "offline.html": '{% extends "none.html" %}' },
    /templates_dir: offline.html is broken.*none\.html/,
  ],
  [
    "a template with an unknown function",
    "gateway: {templates_dir: DIR}",
    { "suspended.html": "{{ nope() }}" },
    /templates_dir: suspended.html is broken/,
  ],
  [
    "a template with a wrong name",
    "gateway: {templates_dir: DIR}",
    { "loding.html": "" },
    /templates_dir: loding.html replaces no page; did you mean "loading.html"\?/,
  ],
  [
    "a folder in place of a style sheet",
    "gateway: {templates_dir: DIR/base.css-is-a-folder}",
    {},
    /templates_dir: base.css is broken, the built-in one is used: EISDIR/,
  ],
];
for (const [what, text, files, warning] of pages) {
  test(`dag check warns of ${what}`, async (t) => {
    const { code, stderr } = await check(t, text, { files });
    assert.match(stderr, warning);
    assert.deepEqual([stderr.match(/^warning: /gm)?.length, code], [1, 0]);
  });
}

test("dag check is silent on pages that are shown as written, with a partial and a logo", async (t) => {
  const files = {
    "loading.html": '{% extends "face.html" %}{% block main %}{% include "footer.html" %}{% endblock %}',
    "footer.html": "{{ face.title }}",
    "app.svg": "<svg/>",
  };
  const text = `gateway: {templates_dir: DIR}\ncontainers: [${app}, logo: app.svg, icon: jellyfin}]`;
  assert.deepEqual(await check(t, text, { files }), { code: 0, stderr: "" });
});
