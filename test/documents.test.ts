import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

import { formatFault } from "../src/config/check/faults.ts";
import { loadConfig } from "../src/config/parse/load-config.ts";
import { readBlocks } from "./support/markdown-blocks.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (page: string): string => readFileSync(path.join(root, page), "utf8");
const pages = globSync(["*.md", "docs/**/*.md", "examples/**/*.md"], { cwd: root }).toSorted();

test("every link between documents, or to a file, has a target", () => {
  const dead = pages.flatMap((page) =>
    linksOf(read(page)).flatMap((link) => (leads(page, link) ? [] : `${page}: ${link}`)),
  );
  assert.deepEqual(dead, []);
});

test("every guide is linked to from the README or from another guide", () => {
  const linked = new Set(
    pages.flatMap((page) => linksOf(read(page)).map((link) => path.join(path.dirname(page), link.split("#")[0] ?? ""))),
  );
  const guides = pages.filter((page) => page.startsWith("docs/") && !page.startsWith("docs/adr/"));
  assert.deepEqual(
    guides.filter((guide) => !linked.has(guide)),
    [],
  );
});

test("a command in the README or a guide is in an sh block, which a test runs, or in a console block", () => {
  const blocks = ["README.md", ...pages.filter((page) => /^docs\/[^/]+$/.test(page))].flatMap((page) =>
    readBlocks(read(page)).map(({ language, line }) => ({ language, at: `${page}:${line}` })),
  );
  const others = blocks.filter(({ language }) => ["", "bash", "shell", "zsh"].includes(language));
  assert.deepEqual(others, []);
  assert.ok(blocks.filter(({ language }) => language === "console").length <= 3);
});

test("a configuration in a document or an example is one that the gateway takes", () => {
  const inDocuments = pages.flatMap((page) =>
    readBlocks(read(page)).flatMap(({ language, text, line }) =>
      language === "yaml" && isOurs(parse(text)) ? [{ file: `${page}:${line}`, text }] : [],
    ),
  );
  const found = globSync(["*.yaml", "examples/**/{config,gateway}.yaml"], { cwd: root });
  const examples = found.map((file) => ({ file, text: read(file) }));
  assert.ok(inDocuments.length > 10 && examples.length > 5);
  const env = { ADMIN_AUTH_PASSWORD: "secret" };
  for (const { file, text } of [...inDocuments, ...examples]) {
    const input = { text, file, env, readSecret: () => "", nowMs: Date.now(), localTimezone: "UTC" };
    const loaded = loadConfig(input);
    assert.deepEqual(loaded.ok ? [] : loaded.faults.map(formatFault), []);
  }
  // Editors find the schema next to it.
  for (const { file, text } of examples) {
    const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    assert.match(schema, /config\.schema\.json$/, file);
    assert.ok(leads(file, schema), `${file}: ${schema}`);
  }
});

test("the changelog names each change once", () => {
  const entries = read("CHANGELOG.md")
    .split("\n")
    .filter((line) => line.startsWith("- "));
  assert.deepEqual(
    entries.filter((entry, at) => entries.indexOf(entry) !== at),
    [],
  );
});

/** Nothing but our own sections. */
function isOurs(document: unknown): boolean {
  const keys = typeof document === "object" && document !== null ? Object.keys(document) : [];
  return keys.length > 0 && keys.every((key) => ["gateway", "containers", "groups"].includes(key));
}

/** What starts with a scheme is elsewhere, and not ours to keep alive. */
function linksOf(markdown: string): string[] {
  const text = markdown.replaceAll(/^\s*```[^]*?^\s*```/gm, "").replaceAll(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link));
}

function leads(page: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(root, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** As GitHub makes them: lower case, spaces to dashes, without punctuation; the second of a name ends with -1. */
function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  const headings = markdown.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^#{1,6} +(.+)$/gm);
  return [...headings].map(([, heading = ""]) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}
