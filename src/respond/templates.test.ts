import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { createTemplates, type Templates } from "./templates.ts";

const builtInDir = join(import.meta.dirname, "../../templates");
const MODEL = {
  t: (key: string) => key,
  accents: { light: { fill: "#000", sun: "#000" }, dark: {} },
  code: "forbidden",
  status: 403,
};

test("a user's template takes the place of ours by its name, and may extend ours", (t) => {
  const { templates, notes } = open(t, {
    "problem.html": `{% extends "scene.html" %}{% block main %}<p>house rules: {{ code }}</p>{% endblock %}`,
  });
  const page = templates.render("problem.html", MODEL);
  assert.match(page, /<!doctype html>/u);
  assert.match(page, /<p>house rules: forbidden<\/p>/u);
  assert.deepEqual(notes, []);
  assert.doesNotMatch(templates.render("asleep.html", MODEL), /house rules/u);
});

test("what a user's template is given is escaped there too", (t) => {
  const { templates } = open(t, { "problem.html": "<p>{{ code }}</p>" });
  assert.equal(templates.render("problem.html", { code: "<b>&\"'" }), "<p>&lt;b&gt;&amp;&quot;&#39;</p>");
});

for (const [what, files] of [
  ["cannot be read as a template", { "problem.html": "{% if %}" }],
  ["fails when it is rendered", { "problem.html": "{{ nobody.knows() }}" }],
  ["extends what is not there", { "problem.html": `{% extends "gone.html" %}` }],
  ["has a broken base", { "base.html": "{% block %}" }],
] as const) {
  test(`a user's template that ${what} is reported once, and ours is used`, (t) => {
    const { templates, notes } = open(t, files);
    for (let round = 0; round < 3; round += 1)
      assert.match(templates.render("problem.html", MODEL), /data-state="problem"/u);
    assert.ok(notes.length >= 1 && notes.length <= 2, notes.join("\n"));
    assert.match(notes.at(-1) ?? "", /^templates_dir: \w+\.html is broken, the built-in page is used: ./u);
  });
}

test("a directory that is not there is reported, and ours are used", () => {
  const notes: string[] = [];
  const templates = createTemplates({ builtInDir, customDir: "/nowhere/at/all", report: (note) => notes.push(note) });
  assert.match(templates.render("problem.html", MODEL), /data-state="problem"/u);
  assert.match(notes.join(), /^templates_dir cannot be read, the built-in pages are used: ENOENT/u);
});

test("a user's style sheet takes the place of ours, byte for byte", (t) => {
  const { templates } = open(t, { "theme-default.css": "/* mine */\n  p{}" });
  assert.equal(templates.asset("theme-default.css"), "/* mine */\n  p{}");
});

test("the page's script is below 7 KB as it is sent, is a whole script, and no </script> ends it early", () => {
  const script = createTemplates({ builtInDir, customDir: "", report: () => {} }).asset("wake.js");
  assert.ok(script.length < 7 * 1024, `${script.length} bytes`);
  assert.doesNotThrow(() => new vm.Script(script));
  assert.doesNotMatch(script, /<\/script|<!--/iu);
});

function open(
  t: { after(step: () => void): void },
  files: Readonly<Record<string, string>>,
): { templates: Templates; notes: string[] } {
  const customDir = mkdtempSync(join(tmpdir(), "dag-templates-"));
  t.after(() => rmSync(customDir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(customDir, name), text);
  const notes: string[] = [];
  return { templates: createTemplates({ builtInDir, customDir, report: (note) => notes.push(note) }), notes };
}
