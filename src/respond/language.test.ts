import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createTranslate, fill, type Language, LANGUAGES, negotiateLanguage } from "./language.ts";
import { en } from "./messages/en.ts";

for (const [header, expected] of [
  [undefined, "en"],
  ["", "en"],
  ["de", "de"],
  ["de-CH, fr;q=0.9, en;q=0.5", "de"],
  ["fr-CA;q=0.4, it;q=0.7", "it"],
  ["nl, es;q=0.1", "es"],
  ["nl, *;q=0.5, de;q=0.4", "en"],
  ["de;q=0, fr;q=0.1", "fr"],
  ["de;q=0", "en"],
  ["IT-it", "it"],
  ["de;q=bad, fr;q=0.5", "de"],
  ["toString, __proto__, es", "es"],
] as const) {
  test(`Accept-Language ${JSON.stringify(header)} gets ${expected}`, () => {
    assert.equal(negotiateLanguage(header), expected);
  });
}

test("no header makes it fail or leave the languages we have", () => {
  fc.assert(fc.property(fc.string(), (header) => Object.hasOwn(LANGUAGES, negotiateLanguage(header))));
});

for (const [language, messages] of Object.entries(LANGUAGES)) {
  test(`${language} lacks no text and has none too many`, () => {
    assert.deepEqual(Object.keys(messages).sort(), Object.keys(en).sort());
    for (const [key, text] of Object.entries(messages)) assert.notEqual(text.trim(), "", key);
  });

  test(`${language} fills in the same places as English`, () => {
    const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of Object.entries(messages))
      assert.deepEqual(places(text), places(en[key as keyof typeof en]), key);
  });

  test(`${language} is a language of its own: sentences are translated`, () => {
    if (language === "en") return;
    for (const [key, text] of Object.entries(messages)) {
      if (text.includes(" ")) assert.notEqual(text, en[key as keyof typeof en], key);
    }
  });
}

test("values are put into places once, even when they look like places or patterns", () => {
  assert.equal(fill("{name} in {time}", { name: "{time} $& $1", time: "5 s" }), "{time} $& $1 in 5 s");
  assert.equal(fill("{name} in {time}", { name: "a" }), "a in {time}");
});

test("a voice speaks its language", () => {
  const t = createTranslate("es" satisfies Language);
  assert.equal(t("loading.title", { name: "Jellyfin" }), "Jellyfin se está despertando");
});

for (const [language, n, expected] of [
  ["en", 0, "0 requests open"],
  ["en", 1, "1 request open"],
  ["de", 2, "2 Anfragen offen"],
  ["fr", 0, "0 requête ouverte"],
  ["fr", 2, "2 requêtes ouvertes"],
  ["fr", 1_000_000, "1000000 requêtes ouvertes"],
] as const) {
  test(`${language} counts ${n} by its own plural rule`, () => {
    assert.equal(createTranslate(language)("row.requests", { n }), expected);
  });
}
