/** The kind of the last client, for people: what keeps an app awake is often not a person. Contains no address. */
export type ClientClass = "browser" | "bot" | "program" | "websocket";

/** Returns one of four constant strings, by the User-Agent alone: cheap enough for every request, and not a proof. */
export function clientClass(userAgent: string | undefined, isUpgrade: boolean): ClientClass {
  if (isUpgrade) return "websocket";
  if (userAgent === undefined) return "program";
  if (userAgent.startsWith("Mozilla/")) return BOT.test(userAgent) ? "bot" : "browser";
  return OTHER_BROWSER.test(userAgent) ? "browser" : "program";
}

/**
 * What bots of search engines, monitors and messengers add to a browser's name: that they are compatible, as only these
 * three browsers still do, a link that explains them, or what they are.
 */
const BOT = /compatible;(?! (?:MSIE|Konqueror|Dillo))|\+https?:|bot\/|Preview\//u;

/** Browsers, mostly text browsers, that never called themselves Mozilla. */
const OTHER_BROWSER = /^(?:Opera\/|Lynx\/|w3m\/|E?Links[ /]|Dillo\/|NetSurf\/|edbrowse\/|URL\/Emacs)/u;
