import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { contrast, createAccents, DARK_LINE, LIGHT_LINE, parseColor, type Rgb } from "./accent.ts";

const read = (name: string): string => readFileSync(new URL(`../../templates/${name}`, import.meta.url), "utf8");
const channel = fc.integer({ min: 0, max: 255 });

test("any colour, made an accent, stands out from the line it fills in every theme and scheme", () => {
  const [light, dark] = [linesOf("light"), linesOf("dark")];
  fc.assert(
    fc.property(fc.tuple(channel, channel, channel), (color) => {
      const accents = createAccents(color);
      for (const line of light) assert.ok(contrast(rgb(accents.light.fill), line) >= 3, accents.light.fill);
      for (const line of dark) assert.ok(contrast(rgb(accents.dark.fill), line) >= 3, accents.dark.fill);
    }),
  );
});

test("the glyph contrasts with the disc behind it", () => {
  fc.assert(
    fc.property(fc.tuple(channel, channel, channel), (color) => {
      for (const { sun, mark } of Object.values(createAccents(color))) assert.ok(contrast(rgb(sun), rgb(mark)) >= 2.4);
    }),
  );
});

test("a colour that stands out already is left alone", () => {
  assert.equal(createAccents([0x7c, 0x3a, 0xed]).light.fill, "#7c3aed");
});

test("the lines that accents are made for are those of the style sheets", () => {
  assert.ok(linesOf("light").some((line) => String(line) === String(LIGHT_LINE)));
  assert.ok(linesOf("dark").some((line) => String(line) === String(DARK_LINE)));
});

test("black on white has the contrast of 21 that WCAG gives it", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]).toFixed(2), "21.00");
});

for (const [text, expected] of [
  ["#7c3aed", [124, 58, 237]],
  ["7C3AED", [124, 58, 237]],
  [" #fa0 ", [255, 170, 0]],
  ["", undefined],
  ["#12345", undefined],
  ["rebeccapurple", undefined],
  ["#fff;}body{display:none}", undefined],
  ["url(https://evil.test)", undefined],
] as const) {
  test(`the colour ${JSON.stringify(text)} is read as ${String(expected)}`, () => {
    assert.deepEqual(parseColor(text), expected);
  });
}

/** Returns the `--line` colours of all themes in one scheme, from the style sheets. */
function linesOf(scheme: "light" | "dark"): readonly Rgb[] {
  return ["base.css", "theme-default.css", "theme-minimal.css", "theme-terminal.css"].flatMap((name) => {
    const found = [...read(name).matchAll(/--line:(#[0-9a-f]{6})/g)].map(([, color = ""]) => rgb(color));
    assert.ok(found.length === 0 || found.length === 2, `${name}: one line colour a scheme, light first`);
    return found.filter((_, index) => (index === 0) === (scheme === "light"));
  });
}

function rgb(color: string): Rgb {
  const parsed = parseColor(color);
  assert.ok(parsed);
  return parsed;
}
