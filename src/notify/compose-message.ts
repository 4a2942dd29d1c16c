import { asJson, asText, fillTemplate, type TemplateValue } from "../core/fill-template.ts";
import type { Notification } from "../core/notification.ts";
import type { NotifySettings } from "../core/settings.ts";
import { JSON_TYPE, type Message, PLAIN_TEXT, PRESETS } from "./presets.ts";

/** Composes the message of a notification in the format of the preset, with the template if there is one. */
export function composeMessage({ preset, template }: NotifySettings, notification: Notification): Message {
  const shape = PRESETS[preset];
  if (template === "") return shape(notification, notification.message);
  const values: Readonly<Record<string, TemplateValue>> = { ...notification };
  const document = fillTemplate(template, values, asJson);
  // A template that is JSON is the whole body; the preset's header fields stay (ntfy's title).
  if (isJson(document)) {
    const { headers } = shape(notification, notification.message);
    return { headers: { ...headers, "content-type": JSON_TYPE }, body: document };
  }
  const text = fillTemplate(template, values, asText);
  return preset === "" ? { headers: { "content-type": PLAIN_TEXT }, body: text } : shape(notification, text);
}

/** Returns whether a text is a JSON object or array; a bare word or number is a text. */
function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
