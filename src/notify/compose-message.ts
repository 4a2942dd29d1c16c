import { asJson, asText, fillTemplate, type TemplateValue } from "../core/fill-template.ts";
import type { Notification } from "../core/notification.ts";
import type { NotifySettings } from "../core/settings.ts";
import { JSON_TYPE, type Message, PLAIN_TEXT, PRESETS } from "./presets.ts";

/** Composes the message for a notification: its template if there is one, in the form of its preset. */
export function composeMessage({ preset, template }: NotifySettings, notification: Notification): Message {
  const shape = PRESETS[preset];
  if (template === "") return shape(notification, notification.message);
  const values: Readonly<Record<string, TemplateValue>> = { ...notification };
  const document = fillTemplate(template, values, asJson);
  // A template that is JSON is the whole body; the fields of the preset stay (ntfy's title).
  if (isJson(document)) {
    const { headers } = shape(notification, notification.message);
    return { headers: { ...headers, "content-type": JSON_TYPE }, body: document };
  }
  const text = fillTemplate(template, values, asText);
  return preset === "" ? { headers: { "content-type": PLAIN_TEXT }, body: text } : shape(notification, text);
}

/** A bare word or number is a text, although it is valid JSON. */
function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
