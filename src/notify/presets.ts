import type { Notification } from "../core/notification.ts";
import type { NotifyEvent, NotifySettings } from "../core/settings.ts";

/** The body of a message and its header fields with lower-case names. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Creates the message for each service; `text` is the sentence to show. */
export const PRESETS: Readonly<
  Record<NotifySettings["preset"], (notification: Notification, text: string) => Message>
> = {
  "": (notification, message) => json({ ...notification, message }),

  ntfy: ({ event, title }, text) => ({
    headers: { "content-type": PLAIN_TEXT, title, tags: NTFY[event].tag, priority: NTFY[event].priority },
    body: text,
  }),

  // The output of a container may contain @everyone, which must not notify anybody.
  discord: ({ event, title, at }, text) =>
    json({
      content: "",
      embeds: [{ title, description: cut(text, 4096), color: DISCORD_COLORS[event], timestamp: at }],
      allowed_mentions: { parse: [] },
    }),

  slack: ({ title }, text) => json({ text: `*${slackText(title)}*\n${slackText(text)}` }),

  gotify: ({ event, title }, text) => json({ title, message: text, priority: GOTIFY_PRIORITIES[event] }),
};

/** The type of plain text. */
export const PLAIN_TEXT = "text/plain; charset=utf-8";
/** The type of JSON. */
export const JSON_TYPE = "application/json";

const NTFY: Readonly<Record<NotifyEvent, { readonly tag: string; readonly priority: string }>> = {
  wake: { tag: "sunrise", priority: "2" },
  ready: { tag: "white_check_mark", priority: "3" },
  stop: { tag: "zzz", priority: "2" },
  failed: { tag: "rotating_light", priority: "4" },
};

const DISCORD_COLORS: Readonly<Record<NotifyEvent, number>> = {
  wake: 0xe0a100,
  ready: 0x2f9e44,
  stop: 0x868e96,
  failed: 0xe03131,
};

const GOTIFY_PRIORITIES: Readonly<Record<NotifyEvent, number>> = { wake: 2, ready: 4, stop: 2, failed: 8 };

function json(document: object): Message {
  return { headers: { "content-type": JSON_TYPE }, body: JSON.stringify(document) };
}

/** Escapes the three characters of Slack's markup: `<!channel>` would notify everybody. */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text;
}
