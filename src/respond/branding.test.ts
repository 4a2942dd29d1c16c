import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createBrandings } from "./branding.ts";
import { NEUTRAL_ICON } from "./icon.ts";
import type { Branding } from "./pages.ts";

const BRANDING: Branding = {
  name: "app",
  title: "",
  message: "",
  color: "",
  icon: "docker",
  logo: "",
  redirectPath: "",
};
const PNG = "data:image/png;base64,iVBORw0KGgo=";

test("an icon is drawn inline in its brand's colour, and the name stands in for a title", () => {
  const { branding, notes } = readBranding({ icon: "jellyfin" });
  assert.match(
    branding.svg,
    /^<svg width="48" height="48" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M12 \.002/u,
  );
  assert.equal(branding.accents.dark.fill, "#00a4dc");
  assert.equal(branding.title, "app");
  assert.deepEqual(notes, []);
});

test("a colour that was chosen goes before the brand's", () => {
  assert.equal(readBranding({ icon: "jellyfin", color: "#7c3aed" }).branding.accents.light.fill, "#7c3aed");
});

test("the default icon says nothing of the app, so its colour is the product's own", () => {
  assert.equal(readBranding({}).branding.accents.dark.sun, "#e88b3a");
});

for (const [what, more, note] of [
  ["an unknown icon", { icon: "no-such-brand" }, /icon "no-such-brand" is not a simple-icons slug/u],
  ["an icon that is a path", { icon: "../../package" }, /icon "..\/..\/package" is not/u],
  ["a colour that is none", { color: "reddish" }, /color "reddish" is ignored/u],
  [
    "a redirect to another host",
    { redirectPath: "//evil.test" },
    /redirect_path "\/\/evil.test" is ignored: it is not a path/u,
  ],
  ["a logo on another host", { logo: "https://cdn.test/logo.png" }, /load nothing from other hosts/u],
  ["a logo that is no picture", { logo: "data:text/html,<script>" }, /not a data:image/u],
  ["a logo outside templates_dir", { logo: "../secret.png" }, /only a file directly in templates_dir/u],
  ["a logo of an unknown kind", { logo: "logo.bmp" }, /must end with/u],
  ["a logo that is missing", { logo: "missing.png" }, /ENOENT/u],
  ["a logo that is too large", { logo: `data:image/png;base64,${"A".repeat(200_000)}` }, /larger than/u],
] as const) {
  test(`${what} is reported with the container's name, and the page does without`, (t) => {
    const { branding, notes } = readBranding(more, temporary(t));
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /^container "app": /u);
    assert.match(notes[0] ?? "", note);
    assert.equal(branding.logo, undefined);
    assert.equal(branding.redirectPath, "");
    if ("icon" in more) assert.equal(branding.svg, NEUTRAL_ICON.svg);
  });
}

test("a logo may be a data: picture or a file in templates_dir", (t) => {
  const directory = temporary(t);
  writeFileSync(join(directory, "logo.svg"), "<svg/>");
  assert.equal(readBranding({ logo: PNG }).branding.logo, PNG);
  assert.equal(readBranding({ logo: "logo.svg" }, directory).branding.logo, "data:image/svg+xml;base64,PHN2Zy8+");
});

test("a branding is prepared once as long as its settings object lives", () => {
  const notes: string[] = [];
  const brandingOf = createBrandings("", (note) => notes.push(note));
  const branding = { ...BRANDING, icon: "no-such-brand" };
  assert.equal(brandingOf(branding), brandingOf(branding));
  assert.equal(notes.length, 1);
});

function readBranding(
  more: Partial<Branding>,
  directory = "",
): { branding: ReturnType<ReturnType<typeof createBrandings>>; notes: string[] } {
  const notes: string[] = [];
  return { branding: createBrandings(directory, (note) => notes.push(note))({ ...BRANDING, ...more }), notes };
}

function temporary(t: { after(step: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), "dag-branding-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}
