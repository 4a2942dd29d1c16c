/** A value for `{{ name }}`; `null`: none. */
export type TemplateValue = string | number | null;

/** Replaces every `{{ name }}` by its value, formatted by `write`. Unknown names stay as they are. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, TemplateValue>>,
  write: (value: TemplateValue) => string,
): string {
  return template.replace(PLACE, (place, name: string) => {
    return Object.hasOwn(values, name) ? write(values[name] ?? null) : place;
  });
}

/** Returns the names between `{{` and `}}`, without repetition, in order. */
export function templateNames(template: string): readonly string[] {
  return [...new Set([...template.matchAll(PLACE)].map(([, name = ""]) => name))];
}

/** Formats a value for plain text; `null` becomes empty. */
export function asText(value: TemplateValue): string {
  return value === null ? "" : String(value);
}

/** Formats a value for a JSON document; a text is escaped for the quotes around it. */
export function asJson(value: TemplateValue): string {
  return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : String(value);
}

const PLACE = /\{\{\s*([^{}\s]{1,100})\s*\}\}/g;
