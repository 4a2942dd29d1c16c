/** Who asked last, as far as a person cares: what keeps an app awake is often no person. Tells no address. */
export type ClientClass = "browser" | "bot" | "program" | "websocket";

/** One of four constant strings, by the User-Agent alone: cheap enough for every request, and no proof of anything. */
export function clientClass(userAgent: string | undefined, isUpgrade: boolean): ClientClass {
  if (isUpgrade) return "websocket";
  if (userAgent === undefined || !userAgent.startsWith("Mozilla/")) return "program";
  // What the bots of search engines and monitors say beside their name; no browser has done so since Internet Explorer.
  return userAgent.includes("compatible;", 12) ? "bot" : "browser";
}
