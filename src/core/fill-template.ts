/** What `{{ name }}` may stand for: a text, a number, or nothing. */
export type TemplateValue = string | number | null;

/** Fills every `{{ name }}`; `write` formats a value. Names without a value stay as they are. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, TemplateValue>>,
  write: (value: TemplateValue) => string,
): string {
  return template.replace(PLACE, (place, name: string) => {
    return Object.hasOwn(values, name) ? write(values[name] ?? null) : place;
  });
}

/** Returns the names between `{{` and `}}`, each once, in order. */
export function templateNames(template: string): readonly string[] {
  return [...new Set([...template.matchAll(PLACE)].map(([, name = ""]) => name))];
}

/** As part of a plain text; nothing is empty. */
export function asText(value: TemplateValue): string {
  return value === null ? "" : String(value);
}

/** As part of a JSON document: a text cannot end its quotes, and nothing is `null`. */
export function asJson(value: TemplateValue): string {
  return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : String(value);
}

const PLACE = /\{\{\s*([^{}\s]{1,100})\s*\}\}/g;
