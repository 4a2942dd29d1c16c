/** Who asked last, as far as a person cares: what keeps an app awake is often no person. Tells no address. */
export type ClientClass = "browser" | "bot" | "program" | "websocket";

/** One of four constant strings, by the User-Agent alone: cheap enough for every request, and no proof of anything. */
export function clientClass(userAgent: string | undefined, isUpgrade: boolean): ClientClass {
  if (isUpgrade) return "websocket";
  if (userAgent === undefined) return "program";
  if (userAgent.startsWith("Mozilla/")) return BOT.test(userAgent) ? "bot" : "browser";
  return OTHER_BROWSER.test(userAgent) ? "browser" : "program";
}

/**
 * What the bots of search engines, monitors and messengers say beside a browser's name: that they are compatible, as no
 * browser but these three still does, where they are explained, or what they are.
 */
const BOT = /compatible;(?! (?:MSIE|Konqueror|Dillo))|\+https?:|bot\/|Preview\//u;

/** Browsers, of text above all, that never called themselves Mozilla. */
const OTHER_BROWSER = /^(?:Opera\/|Lynx\/|w3m\/|E?Links[ /]|Dillo\/|NetSurf\/|edbrowse\/|URL\/Emacs)/u;
