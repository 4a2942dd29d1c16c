/** The kind of the last client, shown to administrators: apps are often kept awake by a bot. Contains no address. */
export type ClientClass = "browser" | "bot" | "program" | "websocket";

/** Guesses the kind of a client from its User-Agent alone, which is cheap enough to do for every request. */
export function clientClass(userAgent: string | undefined, isUpgrade: boolean): ClientClass {
  if (isUpgrade) return "websocket";
  if (userAgent === undefined) return "program";
  if (userAgent.startsWith("Mozilla/")) return BOT.test(userAgent) ? "bot" : "browser";
  return OTHER_BROWSER.test(userAgent) ? "browser" : "program";
}

/**
 * What the bots of search engines, monitors and messengers add to a browser's User-Agent: `compatible;` (which of the
 * browsers only these three still send), a link that explains the bot, or its kind.
 */
const BOT = /compatible;(?! (?:MSIE|Konqueror|Dillo))|\+https?:|bot\/|Preview\//u;

/** Browsers, mostly text browsers, that never called themselves Mozilla. */
const OTHER_BROWSER = /^(?:Opera\/|Lynx\/|w3m\/|E?Links[ /]|Dillo\/|NetSurf\/|edbrowse\/|URL\/Emacs)/u;
