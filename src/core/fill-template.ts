/** What `{{ name }}` may stand for: a text, a number, or nothing. */
export type TemplateValue = string | number | null;

/** Fills every `{{ name }}`; `write` says how a value is written there. Names that are not among the values stay as they are. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, TemplateValue>>,
  write: (value: TemplateValue) => string,
): string {
  return template.replace(PLACE, (place, name: string) => {
    return Object.hasOwn(values, name) ? write(values[name] ?? null) : place;
  });
}

/** The names between `{{` and `}}`, each once, in the order in which they come. */
export function templateNames(template: string): readonly string[] {
  return [...new Set([...template.matchAll(PLACE)].map(([, name = ""]) => name))];
}

/** As a part of a plain text; nothing is empty. */
export function asText(value: TemplateValue): string {
  return value === null ? "" : String(value);
}

/** As a part of a JSON document: within its quotes a text cannot end them, and nothing is `null`. */
export function asJson(value: TemplateValue): string {
  return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : String(value);
}

const PLACE = /\{\{\s*([^{}\s]{1,100})\s*\}\}/g;
