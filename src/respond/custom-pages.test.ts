import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createResponder } from "./responder.ts";

const guide = readFileSync(new URL("../../docs/pages.md", import.meta.url), "utf8");
const BRANDING = { name: "app", title: "", message: "", color: "", icon: "docker", logo: "", redirectPath: "" };

test("the guide's own template works as it stands, in a directory that holds nothing else", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "dag-custom-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const example = /```html\n([\s\S]*?)```/u.exec(guide)?.[1] ?? assert.fail("the guide has no example");
  writeFileSync(join(directory, "loading.html"), example);
  const responder = createResponder({ templatesDir: directory, theme: "default", report: (note) => assert.fail(note) });
  const page = {
    branding: BRANDING,
    mode: "proxy",
    phase: "starting",
    elapsedMs: 0,
    etaMs: undefined,
    hasDependencies: false,
  } as const;
  const html = responder.loading(page, { kind: "navigation" }).body.toString();
  assert.match(html, /Ask Anna/u);
  assert.match(html, /<p>Starting 0\u00a0s<\/p>/u);
  assert.match(html, /<script nonce="[\w+/=]{24}">\(\(\) =>/u);
});

test("the guide names every page that visitors see, and no file that is not there", () => {
  const table = guide.slice(guide.indexOf("| file | page |"), guide.indexOf("Pages are [nunjucks]"));
  const named = [...table.matchAll(/`([\w-]+\.\w+)`/gu)].map(([, name]) => name);
  const files = readdirSync(new URL("../../templates", import.meta.url)).filter((name) =>
    /\.(html|css|js)$/u.test(name),
  );
  // The documentation lists the admin pages (login, dashboard, …) elsewhere.
  assert.deepEqual(
    named.filter((name) => !files.includes(name ?? "")),
    [],
  );
  for (const page of ["loading", "failed", "offline", "asleep", "not-found", "problem", "base", "scene", "face"]) {
    assert.ok(named.includes(`${page}.html`), page);
  }
});
