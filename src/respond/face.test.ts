import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createPainter } from "./face.ts";
import { NEUTRAL_ICON } from "./icon.ts";
import type { Face } from "./pages.ts";

const FACE: Face = { name: "app", title: "", message: "", color: "", icon: "docker", logo: "", redirectPath: "" };
const PNG = "data:image/png;base64,iVBORw0KGgo=";

test("an icon is drawn inline in its brand's colour, and the name stands in for a title", () => {
  const { face, notes } = paint({ icon: "jellyfin" });
  assert.match(
    face.svg,
    /^<svg width="48" height="48" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M12 \.002/u,
  );
  assert.equal(face.accents.dark.fill, "#00a4dc");
  assert.equal(face.title, "app");
  assert.deepEqual(notes, []);
});

test("a colour that was chosen goes before the brand's", () => {
  assert.equal(paint({ icon: "jellyfin", color: "#7c3aed" }).face.accents.light.fill, "#7c3aed");
});

test("the default icon says nothing of the app, so its colour is the product's own", () => {
  assert.equal(paint({}).face.accents.dark.sun, "#e88b3a");
});

for (const [what, more, note] of [
  ["an unknown icon", { icon: "no-such-brand" }, /icon "no-such-brand" is not a simple-icons slug/u],
  ["an icon that is a path", { icon: "../../package" }, /icon "..\/..\/package" is not/u],
  ["a colour that is none", { color: "reddish" }, /color "reddish" is ignored/u],
  ["a redirect to another host", { redirectPath: "//evil.test" }, /redirect_path "\/\/evil.test" is not a path/u],
  ["a logo on another host", { logo: "https://cdn.test/logo.png" }, /load nothing from other hosts/u],
  ["a logo that is no picture", { logo: "data:text/html,<script>" }, /not a data:image/u],
  ["a logo outside templates_dir", { logo: "../secret.png" }, /only a file directly in templates_dir/u],
  ["a logo of an unknown kind", { logo: "logo.bmp" }, /must end with/u],
  ["a logo that is missing", { logo: "missing.png" }, /ENOENT/u],
  ["a logo that is too large", { logo: `data:image/png;base64,${"A".repeat(200_000)}` }, /larger than/u],
] as const) {
  test(`${what} is reported with the container's name, and the page does without`, (t) => {
    const { face, notes } = paint(more, temporary(t));
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /^container "app": /u);
    assert.match(notes[0] ?? "", note);
    assert.equal(face.logo, undefined);
    assert.equal(face.redirectPath, "");
    if ("icon" in more) assert.equal(face.svg, NEUTRAL_ICON.svg);
  });
}

test("a logo may be a data: picture or a file in templates_dir", (t) => {
  const directory = temporary(t);
  writeFileSync(join(directory, "logo.svg"), "<svg/>");
  assert.equal(paint({ logo: PNG }).face.logo, PNG);
  assert.equal(paint({ logo: "logo.svg" }, directory).face.logo, "data:image/svg+xml;base64,PHN2Zy8+");
});

test("a face is painted once as long as its settings live", () => {
  const notes: string[] = [];
  const painter = createPainter("", (note) => notes.push(note));
  const face = { ...FACE, icon: "no-such-brand" };
  assert.equal(painter(face), painter(face));
  assert.equal(notes.length, 1);
});

function paint(
  more: Partial<Face>,
  directory = "",
): { face: ReturnType<ReturnType<typeof createPainter>>; notes: string[] } {
  const notes: string[] = [];
  return { face: createPainter(directory, (note) => notes.push(note))({ ...FACE, ...more }), notes };
}

function temporary(t: { after(step: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), "dag-face-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}
