/** Estimates the width of a text in pixels in a wide sans-serif font. */
export function widthOf(text: string, sizePx: number): number {
  let em = 0;
  for (const character of text) em += emOf(character);
  return em * sizePx;
}

/**
 * Shortens a text to `widthPx`, which SVG cannot do. Cuts in the middle, because similar names differ at their ends.
 */
export function fitText(text: string, widthPx: number, sizePx: number): string {
  if (widthOf(text, sizePx) <= widthPx) return text;
  const characters = Array.from(text);
  let end = Math.min(6, Math.floor(characters.length / 3));
  while (end > 1 && widthOf(characters.slice(-end).join(""), sizePx) > widthPx / 3) end -= 1;
  const tail = end === 0 ? "" : characters.slice(-end).join("");
  let head = characters.slice(0, characters.length - end);
  while (head.length > 1 && widthOf(`${head.join("")}…${tail}`, sizePx) > widthPx) head = head.slice(0, -1);
  return `${head.join("").trimEnd()}…${tail.trimStart()}`;
}

function emOf(character: string): number {
  if (/[\u1100-\u{1ffff}]/u.test(character) && !/[\u2000-\u2bff]/u.test(character)) return 1;
  if (/[iljtfI.,:;'|!()[\]· -]/.test(character)) return 0.37;
  if (/[mwMW@%…—]/.test(character)) return 0.95;
  return /\p{Lu}/u.test(character) ? 0.74 : 0.63;
}
