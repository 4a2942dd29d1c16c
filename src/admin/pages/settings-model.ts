import { cleanText } from "../../respond/clean-text.ts";
import type { Translate } from "../../respond/language.ts";
import type { DescribedSetting } from "../../web/endpoints-deps.ts";

/** Creates the table of settings: configured ones first, then defaults. */
export function settingsModel(t: Translate, settings: readonly DescribedSetting[]) {
  const rows = settings.map(({ key, value, source }) => ({
    key: cleanText(key),
    value: cleanText(value) || "–",
    source: sourceText(t, source),
    isDefault: source === "default",
  }));
  const defaults = rows.filter(({ isDefault }) => isDefault);
  return {
    set: rows.filter(({ isDefault }) => !isDefault),
    defaults,
    defaultsText: t("detail.defaults", { n: defaults.length }),
  };
}

/** Translates the English words in an origin. */
function sourceText(t: Translate, source: string): string {
  if (source === "default") return t("detail.default");
  const [, file, line] = /^(.+) line (\d+)$/.exec(source) ?? [];
  if (file !== undefined && line !== undefined) return t("detail.line", { file: cleanText(file), line });
  const [, kind, name] = /^(label|environment) (\S+)$/.exec(source) ?? [];
  if (name === undefined) return cleanText(source);
  return kind === "label" ? t("detail.label", { label: cleanText(name) }) : t("detail.variable", { variable: name });
}
