import { templateNames } from "../../core/fill-template.ts";
import { NOTIFICATION_FIELDS } from "../../core/notification.ts";
import { hint } from "./nearest.ts";
import { read, unreadable, type Reading } from "./reading.ts";

/** Parses the template of a webhook: the text between `{{` and `}}` must be a field of a notification. */
export function parseNotifyTemplate(text: string): Reading<string> {
  const known = Object.keys(NOTIFICATION_FIELDS);
  const wrong = templateNames(text).find((name) => !known.includes(name));
  if (wrong === undefined) return read(text);
  return unreadable(`{{ ${wrong} }} is not a field of a notification${hint(wrong, known)}`);
}
