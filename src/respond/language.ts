import { de } from "./messages/de.ts";
import { en } from "./messages/en.ts";
import type { MessageKey, Messages } from "./messages/en.ts";
import { es } from "./messages/es.ts";
import { fr } from "./messages/fr.ts";
import { it } from "./messages/it.ts";

/** The texts of all languages. */
export const LANGUAGES = Object.freeze({ en, it, de, fr, es } satisfies Record<string, Messages>);

/** A language of pages. */
export type Language = keyof typeof LANGUAGES;

/** The key of a text with one form for each plural category; the value `n` selects the form. */
export type CountedKey = OneOf<MessageKey>;
type OneOf<K extends string> = K extends `${infer Base}.one` ? Base : never;

/** Returns a text in one language with its `{placeholders}` filled, not escaped. */
export type Translate = (key: MessageKey | CountedKey, values?: Readonly<Record<string, string | number>>) => string;

/** A text that is not translated yet: its key and values. */
export interface Text {
  readonly key: MessageKey;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** Returns the best available language for an `Accept-Language` field (RFC 9110 §12.5.4), or English. */
export function negotiateLanguage(header: string | undefined): Language {
  if (header === undefined) return "en";
  let best: Language = "en";
  let bestQuality = 0;
  for (const range of header.slice(0, 300).split(",", 20)) {
    const [tag = "", ...parameters] = range.split(";");
    const language = tag.trim().toLowerCase().split("-", 1)[0] ?? "";
    const quality = readQuality(parameters);
    if (quality <= bestQuality || !(isLanguage(language) || language === "*")) continue;
    best = isLanguage(language) ? language : "en";
    bestQuality = quality;
  }
  return best;
}

/** Creates the translation function of a language. */
export function createTranslate(language: Language): Translate {
  const messages: Messages = LANGUAGES[language];
  const plurals = new Intl.PluralRules(language);
  return (key, values) => {
    const text = isCounted(key)
      ? messages[`${key}.${plurals.select(Number(values?.["n"])) === "one" ? "one" : "other"}`]
      : messages[key];
    return values === undefined ? text : fill(text, values);
  };
}

/** Fills the `{placeholders}` of a text; one without a value stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

function isCounted(key: MessageKey | CountedKey): key is CountedKey {
  return !Object.hasOwn(en, key);
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

function readQuality(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const match = /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(parameter);
    if (match !== null) return Math.min(1, Number(match[1]));
  }
  return 1;
}
